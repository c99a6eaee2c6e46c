import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { OperatorError } from "./operator-error.ts";

/** What can be asked and answered. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly messages: Writable & { readonly isTTY?: boolean };
}

/**
 * Asks before what cannot be undone. A script is not asked: it has nobody to answer.
 *
 * @throws OperatorError unless the answer is yes.
 */
export async function confirm({ stdin, messages }: Terminal, question: string): Promise<void> {
  if (stdin.isTTY !== true || messages.isTTY !== true) return;
  const terminal = createInterface({ input: stdin, output: messages });
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new OperatorError("nothing was changed");
}
