/** One line of a file, without its end. */
export type RawLine =
  | { readonly number: number; readonly bytes: Buffer }
  /** Longer than the limit: its bytes were not kept. */
  | { readonly number: number; readonly tooLong: number };

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * The lines of a stream of bytes, whatever bytes they are. A line that is longer than `limit` bytes
 * is counted and not kept, so that no input takes more memory than that.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<RawLine> {
  let number = 1;
  let length = 0;
  let pieces: Uint8Array[] = [];
  const add = (piece: Uint8Array) => {
    length += piece.length;
    if (length <= limit) pieces.push(piece);
    else pieces = [];
  };
  const line = (): RawLine => {
    const ended =
      length > limit
        ? { number, tooLong: length }
        : { number, bytes: withoutReturn(Buffer.concat(pieces)) };
    number++;
    length = 0;
    pieces = [];
    return ended;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield line();
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
