import type { Readable } from "node:stream";
import { isClientId } from "../../contract/client-id.ts";
import { linesOf } from "../../shared/lines.ts";

/** In place of ids: they are read from standard input, one a line. */
export const fromStdin = "-";

/** An id, or what is wrong with a line that is none. */
export type NamedId =
  | { readonly clientId: string; readonly complaint?: never }
  | { readonly clientId?: never; readonly complaint: string };

const lineLimitBytes = 4_096;

/** The ids that a command names, or those of standard input as they come. */
export async function* namedIds(
  ids: readonly string[],
  stdin: Readable,
  accepts: (name: string) => boolean = isClientId,
): AsyncGenerator<NamedId> {
  if (!ids.includes(fromStdin)) {
    for (const clientId of ids) yield { clientId };
    return;
  }
  let line = 0;
  for await (const { text } of linesOf(stdin, lineLimitBytes)) {
    line++;
    const clientId = text?.trim();
    if (clientId === "") continue;
    if (clientId !== undefined && accepts(clientId)) yield { clientId };
    else yield { complaint: `line ${line} is not a client id` };
  }
}
