import type { Exception } from "../../exceptions/exception.ts";
import { sigmaFilter } from "../../exceptions/sigma-filter.ts";
import { storedExceptions } from "../../exceptions/stored-exceptions.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { linesIn } from "../output.ts";
import { readRules, shippedRules } from "../rules/rules-folder.ts";

export interface SigmaOptions {
  readonly ended: boolean;
  /** Folder of the rules; those that ship, where there are any, when it is left out. */
  readonly rules?: string;
}

type Said = {
  readonly output: Pick<CommandContext["output"], "line">;
  readonly messages: Pick<CommandContext["messages"], "line">;
};

/** Exceptions as Sigma filter rules, one YAML document each. */
export const exportSigma = (
  { variables, ...said }: CommandContext,
  { ended, rules }: SigmaOptions,
): Promise<number> =>
  withNats(variables, async (connection) => {
    const levels = await ruleLevels(rules);
    const exceptions = await storedExceptions(connection, ended ? "ended" : "in-force");
    await writeSigma(said, exceptions, levels);
    return 0;
  });

/** Those that Sigma cannot say are named beside the output, with the reason. */
export async function writeSigma(
  { output, messages }: Said,
  exceptions: Iterable<Exception>,
  levels: ReadonlyMap<string, string>,
): Promise<void> {
  for (const each of exceptions) {
    const { filter, leftOut } = sigmaFilter(each, levels.get(each.scope.rule));
    if (filter === undefined) messages.line(`left out ${each.id}: ${leftOut}`);
    else for (const line of linesIn(`---\n${filter}`)) await output.line(line);
  }
}

async function ruleLevels(named: string | undefined): Promise<ReadonlyMap<string, string>> {
  const folder = named ?? shippedRules();
  const rules = folder === undefined ? [] : await readRules(folder);
  return new Map(rules.map(({ id, level }) => [id, level]));
}
