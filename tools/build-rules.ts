import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { admitRules } from "../app/inspector/patterns/admission.ts";
import { admittedMark } from "../app/inspector/patterns/admitted-at-build.ts";
import { compileRules } from "../app/inspector/patterns/compile.ts";
import { honestFolder, loadReports } from "../app/inspector/patterns/honest-reports.ts";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";

/** Writes the rules of a folder as the console shows them: it reads no YAML and compiles no pattern. */
export async function buildRules(folder: string, file: string): Promise<void> {
  const rules = await loadRulePack(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(rules));
}

/**
 * Measures the rules that ship and says in a file that they were admitted. Without it an inspector
 * measures them at each start.
 *
 * @returns why they are not admitted, one line each; then there is no file.
 */
export async function markAdmitted(folder: string, file: string): Promise<readonly string[]> {
  rmSync(file, { force: true });
  const rules = compileRules(await loadRulePack(folder));
  const honest = await loadReports(join(folder, honestFolder));
  const { ok, reasons } = admitRules(rules, { honest });
  if (ok) writeFileSync(file, admittedMark(rules.version, honest));
  return reasons;
}
