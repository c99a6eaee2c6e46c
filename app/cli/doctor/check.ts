import { printable } from "../../shared/printable.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import type { Output } from "../output.ts";

/** One thing that must be so for the region to work. */
export interface Check {
  readonly name: string;
  /** Resolves with what was found; rejects with what is wrong. */
  readonly run: () => Promise<string>;
  /** What to do when it fails, in a sentence. */
  readonly advice: string;
}

/** Something that is not configured, so that it was not looked at. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

const textLimit = 600;
const limitMs = 15_000;

function within<T>(task: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new OperatorError(`no answer within ${limitMs / 1000} s`));
    const timer = setTimeout(give, limitMs);
    task.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Runs all side by side, and prints a line for each in the given order. @returns how many failed. */
export async function runChecks(
  checks: readonly (Check | Skipped)[],
  output: Output,
): Promise<number> {
  const width = Math.max(...checks.map((check) => check.name.length)) + 2;
  const running = checks.map(async (check) => {
    if ("skipped" in check)
      return { mark: { format: "dim", text: "skip" } as const, text: check.skipped };
    try {
      return { mark: { format: "green", text: "ok  " } as const, text: await within(check.run()) };
    } catch (error) {
      const text = `${sentenceOf(error)} \u2192 ${check.advice}`;
      return { mark: { format: "red", text: "FAIL" } as const, text, failed: true };
    }
  });
  let failed = 0;
  for (const [index, check] of checks.entries()) {
    const result = await running[index];
    if (!result) continue;
    if (result.failed) failed++;
    await output.line(
      result.mark,
      `  ${check.name.padEnd(width)}${printable(result.text, textLimit)}`,
    );
  }
  return failed;
}
