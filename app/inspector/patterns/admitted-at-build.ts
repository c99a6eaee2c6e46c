import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AdmissionReport } from "./admission.ts";
import type { CompiledRules } from "./compile.ts";
import { corpora, createTextSource } from "./hostile-text.ts";

/** Beside a built inspector: the mark of the rules that its build has measured and admitted. */
export const admittedFile = "admitted";

/** The same rules with the same honest reports have the same mark. */
export function admittedMark(version: string, honest: readonly Uint8Array[]): string {
  const hash = createHash("sha256").update(version);
  for (const report of honest) hash.update(`\0${report.length}\0`).update(report);
  return `${version} ${hash.digest("hex")}\n`;
}

/**
 * Whether the build has admitted these rules. Cost is counted in times of a reference, so it is the
 * same on each machine: to measure it again at each start would only keep a successor from its work.
 * Any other pack is measured, and so is every pack where nothing was built.
 */
export function wasAdmitted(
  file: string,
  { version }: CompiledRules,
  honest: readonly Uint8Array[],
): boolean {
  try {
    return readFileSync(file, "utf8") === admittedMark(version, honest);
  } catch {
    return false;
  }
}

/** Of each kind of text: so many build the states that the first messages would otherwise pay for. */
const warming = 8;

/** Takes rules that were admitted before. */
export function warmed(rules: CompiledRules): AdmissionReport {
  const { provocations, version } = rules;
  for (const corpus of corpora) {
    const next = createTextSource({ corpus, bytes: 4096, provocations });
    for (let i = 0; i < warming; i++) rules.match(next(), "device");
  }
  return { ok: true, version, figures: [], reasons: [] };
}
