import { printable } from "../../shared/printable.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import type { Output, Styled } from "../output.ts";

/** One thing that must be so for the region to work. */
export interface Check {
  readonly name: string;
  /** Resolves with what was found; rejects with what is wrong, a `Warned` with what only may become so. */
  readonly run: () => Promise<string>;
  /** What to do when it fails, in a sentence. */
  readonly advice: string;
  /** How long it may take, in milliseconds; a quarter of a minute unless said otherwise. */
  readonly limitMs?: number;
}

/** Something that is not configured, so that it was not looked at. */
export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

/** Something that may pass by itself, or works with less in reserve. */
export class Warned extends Error {
  override readonly name = "Warned";
}

export const results = ["ok", "skipped", "warning", "failed"] as const;
export type Result = (typeof results)[number];
export type Counts = Readonly<Record<Result, number>>;

interface Found {
  readonly result: Result;
  readonly text: string;
  readonly advice?: string;
}

const textLimit = 600;
const usualLimitMs = 15_000;

const marks: Readonly<Record<Result, Styled>> = {
  ok: { format: "green", text: "ok  " },
  skipped: { format: "dim", text: "skip" },
  warning: { format: "yellow", text: "WARN" },
  failed: { format: "red", text: "FAIL" },
};

function within<T>(task: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new OperatorError(`no answer within ${limitMs / 1000} s`));
    const timer = setTimeout(give, limitMs);
    task.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function found(check: Check | Skipped): Promise<Found> {
  if ("skipped" in check) return { result: "skipped", text: check.skipped };
  try {
    return { result: "ok", text: await within(check.run(), check.limitMs ?? usualLimitMs) };
  } catch (error) {
    const result = error instanceof Warned ? "warning" : "failed";
    return { result, text: sentenceOf(error), advice: check.advice };
  }
}

/** Runs all side by side, and prints a line for each in the given order, and one for the whole. */
export async function runChecks(
  checks: readonly (Check | Skipped)[],
  { output, json }: { readonly output: Output; readonly json: boolean },
): Promise<Counts> {
  const width = Math.max(...checks.map((check) => check.name.length)) + 2;
  const running = checks.map((check) => ({ name: check.name, finding: found(check) }));
  const counts = { ok: 0, skipped: 0, warning: 0, failed: 0 };
  for (const { name, finding } of running) {
    const { result, text, advice } = await finding;
    counts[result]++;
    if (json) await output.json(JSON.stringify({ check: name, result, text, advice }));
    else {
      const line = advice === undefined ? text : `${text} \u2192 ${advice}`;
      await output.line(marks[result], `  ${name.padEnd(width)}${printable(line, textLimit)}`);
    }
  }
  const checked = { checks: checks.length, ...counts };
  if (json) await output.json(JSON.stringify(checked));
  else {
    const parts = results.map((result) => `${counts[result]} ${result}`).join(", ");
    await output.line(`${checks.length} checks: ${parts}`);
  }
  return counts;
}
