import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

/** Where a rule folder keeps what devices, agents and controllers honestly send. */
export const honestFolder = "corpora/honest";

/**
 * The reports of all `.txt` files in a folder. A line that holds only `%` stands between two of
 * them, so that they can be written and read as they are, with their line breaks.
 *
 * @throws RulePackInvalid if there is none to be had: then nothing would be measured.
 */
export async function loadReports(directory: string): Promise<readonly Uint8Array[]> {
  const reports = (await textsOf(directory)).flatMap(parseReports);
  if (reports.length > 0) return reports.map((report) => Buffer.from(report));
  const problem = `${directory}: got no report; add a .txt file of what devices honestly send`;
  throw new RulePackInvalid(directory, [problem]);
}

async function textsOf(directory: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith(".txt")).sort();
    return await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  } catch (cause) {
    const problem = `${directory}: cannot be read (${String(cause)}); put reports there`;
    throw new RulePackInvalid(directory, [problem], { cause });
  }
}

export function parseReports(text: string): readonly string[] {
  return text
    .split(/^%\n/m)
    .map((report) => report.trimEnd())
    .filter((report) => report !== "");
}
