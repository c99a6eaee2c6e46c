import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CompiledRules, compileRules } from "../../inspector/patterns/compile.ts";
import { loadRulePack } from "../../inspector/patterns/load-pack.ts";
import type { RuleDocument } from "../../inspector/patterns/rule.ts";
import { RulePackInvalid } from "../../inspector/patterns/rule-pack-invalid.ts";
import { OperatorError } from "../operator-error.ts";

/** In a checkout, and beside the bundle. */
const ownFolders = ["../../../rules", "../inspector/rules"];

/** The folder of the rules that ship, where they are. */
export const shippedRules = (): string | undefined =>
  ownFolders
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, "pack.yaml")));

/** The folder that was named, or the rules that ship. @throws OperatorError when there are none. */
export function rulesFolder(named: string | undefined): string {
  const folder = named ?? shippedRules();
  if (folder !== undefined) return folder;
  throw new OperatorError("no rules are beside this program; name their folder with --rules");
}

/** @throws OperatorError that tells how many problems there are; `check` shows them all. */
export async function readRules(folder: string): Promise<readonly RuleDocument[]> {
  return asOperatorError(folder, () => loadRulePack(folder));
}

export async function readMatcher(folder: string): Promise<CompiledRules> {
  const rules = await readRules(folder);
  return asOperatorError(folder, async () => compileRules(rules));
}

async function asOperatorError<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RulePackInvalid)) throw error;
    const more = error.problems.length > 1 ? `, and ${error.problems.length - 1} more` : "";
    throw new OperatorError(
      `the rules in ${folder} are not valid: ${error.problems[0]}${more}; see: sentinel rules check`,
    );
  }
}
