import { printable } from "../shared/printable.ts";

const sentenceLimit = 1_000;

/** Something the operator can act on: shown as one sentence, without a stack. Ends with exit code 1. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** What went wrong, in one line, for errors of libraries. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error), sentenceLimit);
  // A refused connection to a name with several addresses comes as a bundle without a message.
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  const text = error.message || (inner instanceof Error ? inner.message : "") || error.name;
  return printable(text.split("\n")[0]?.trim() ?? error.name, sentenceLimit);
}
