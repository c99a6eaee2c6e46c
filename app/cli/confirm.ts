import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { printableLines } from "../shared/printable.ts";
import { OperatorError } from "./operator-error.ts";
import type { Messages } from "./output.ts";

/** What can be asked and answered. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly messages: Pick<Messages, "terminal" | "stream">;
}

const lineLimit = 2_000;

/**
 * Asks before what cannot be undone. A script is not asked: it has nobody to answer.
 *
 * @throws OperatorError unless the answer is yes.
 */
export async function confirm({ stdin, messages }: Terminal, question: string): Promise<void> {
  if (stdin.isTTY !== true || !messages.terminal) return;
  const asked = printableLines(question, lineLimit);
  const terminal = createInterface({ input: stdin, output: messages.stream });
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  const answer = await Promise.race([terminal.question(`${asked} [y/N] `), closed]);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new OperatorError("nothing was changed");
}
