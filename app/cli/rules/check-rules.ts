import { join } from "node:path";
import { type AdmissionReport, admitRules } from "../../inspector/patterns/admission.ts";
import { compileRules } from "../../inspector/patterns/compile.ts";
import { costLimit } from "../../inspector/patterns/cost-limits.ts";
import { failedExamples } from "../../inspector/patterns/examples.ts";
import { honestFolder, loadReports } from "../../inspector/patterns/honest-reports.ts";
import { loadRulePack } from "../../inspector/patterns/load-pack.ts";
import { RulePackInvalid } from "../../inspector/patterns/rule-pack-invalid.ts";
import type { CommandContext } from "../command-context.ts";
import { rulesFolder } from "./rules-folder.ts";
import { aligned } from "./sample-totals.ts";

export interface CheckArguments {
  /** Undefined for the rules that ship. */
  readonly rules: string | undefined;
  /** How many times as dear as the reference the dearest text may be; ordinary text a part of it. */
  readonly limit: number;
  readonly json: boolean;
}

interface Checked {
  readonly version: string | undefined;
  readonly rules: number;
  readonly problems: readonly string[];
  readonly cost: AdmissionReport["figures"];
}

/**
 * What an inspector asks before it takes rules, and what their own examples say: form, patterns,
 * examples, what honest reports they hold back, what they cost.
 *
 * @returns the exit code: 0 when they would be taken, 1 when not.
 */
export async function checkRules(
  { output, messages }: CommandContext,
  { rules: named, limit, json }: CheckArguments,
): Promise<number> {
  const folder = rulesFolder(named);
  const checked = await check(folder, limit, (step) => messages.line(step));
  if (json) {
    await output.json(JSON.stringify({ ok: checked.problems.length === 0, folder, ...checked }));
    return checked.problems.length === 0 ? 0 : 1;
  }
  for (const problem of checked.problems) await output.line({ format: "red", text: problem });
  const cost = checked.cost.map(({ corpus, times, meanUs }) => [
    ...[corpus, times.toFixed(1), `${Math.round(meanUs)} µs`],
  ]);
  const head = ["4 KiB of", "times the reference", "processor time"];
  const table = cost.length > 0 ? aligned([head, ...cost]) : [];
  for (const line of table) await output.line(line);
  const { version, rules } = checked;
  await output.line(
    checked.problems.length === 0
      ? { format: "green", text: `${version}: ${rules} rules, all well` }
      : { format: "red", text: `${folder}: ${checked.problems.length} problems` },
  );
  return checked.problems.length === 0 ? 0 : 1;
}

async function check(folder: string, limit: number, say: (step: string) => void): Promise<Checked> {
  try {
    const rules = await loadRulePack(folder);
    const matcher = compileRules(rules);
    say(`${rules.length} rules read; trying their examples`);
    const examples = rules.flatMap((rule) => failedExamples(rule, matcher));
    const honest = await loadReports(join(folder, honestFolder));
    say(`measuring what they cost, and what they hold back of ${honest.length} honest reports`);
    const { version, figures, reasons } = admitRules(matcher, {
      leniency: limit / costLimit,
      honest,
    });
    return { version, rules: rules.length, problems: [...examples, ...reasons], cost: figures };
  } catch (error) {
    if (!(error instanceof RulePackInvalid)) throw error;
    return { version: undefined, rules: 0, problems: error.problems, cost: [] };
  }
}
