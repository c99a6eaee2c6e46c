import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { admitRules } from "../app/inspector/patterns/admission.ts";
import { admittedMark } from "../app/inspector/patterns/admitted-at-build.ts";
import { compileRules } from "../app/inspector/patterns/compile.ts";
import { honestFolder, loadReports } from "../app/inspector/patterns/honest-reports.ts";
import type { RuleDocument } from "../app/inspector/patterns/rule.ts";

/** Writes rules as the console shows them: it reads no YAML and compiles no pattern. */
export function buildRules(rules: readonly RuleDocument[], file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(rules));
}

/**
 * Measures the rules that ship and says in a file that they were admitted. Without it an inspector
 * measures them at each start.
 *
 * @param folder of the rules: what devices honestly send stands there, too.
 * @returns why they are not admitted, one line each; then there is no file.
 */
export async function markAdmitted(
  rules: readonly RuleDocument[],
  folder: string,
  file: string,
): Promise<readonly string[]> {
  rmSync(file, { force: true });
  const compiled = compileRules(rules);
  const honest = await loadReports(join(folder, honestFolder));
  const { ok, reasons } = admitRules(compiled, { honest });
  if (ok) writeFileSync(file, admittedMark(compiled.version, honest));
  return reasons;
}
