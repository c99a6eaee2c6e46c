import { StringDecoder } from "node:string_decoder";

/**
 * Splits bytes into lines. A line of more than `limit` characters comes as undefined, and its text
 * is not kept.
 */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder("utf8");
  let begun = "";
  let overlong = false;
  for await (const bytes of input) {
    const parts = decoder.write(Buffer.from(bytes)).split("\n");
    const rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = begun + part;
      yield overlong || line.length > limit ? undefined : line;
      begun = "";
      overlong = false;
    }
    begun += rest;
    if (begun.length > limit) {
      begun = "";
      overlong = true;
    }
  }
  begun += decoder.end();
  if (overlong || begun !== "") yield overlong ? undefined : begun;
}
