export interface ByteLine {
  /** Undefined when it is too long; it is not kept then. */
  readonly bytes: Buffer | undefined;
  /** Where the next line begins, in bytes of the whole input. */
  readonly end: number;
}

export interface Line {
  /** Undefined when it is too long; it is not kept then. */
  readonly text: string | undefined;
  /** Where the next line begins, in bytes of the whole input. */
  readonly end: number;
}

const lineFeed = 0x0a;

/** As `byteLinesOf`, as text: what is no UTF-8 is replaced. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  limit: number,
  from = 0,
): AsyncGenerator<Line> {
  for await (const { bytes, end } of byteLinesOf(input, limit, from)) {
    yield { text: bytes?.toString("utf8"), end };
  }
}

/**
 * Splits bytes into lines of at most `limit` bytes.
 *
 * @param from where the input begins in the whole, when it is the rest of it.
 */
export async function* byteLinesOf(
  input: AsyncIterable<Uint8Array>,
  limit: number,
  from = 0,
): AsyncGenerator<ByteLine> {
  let parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer) => {
    size += part.length;
    if (size <= limit) parts.push(part);
    else parts = [];
  };
  const take = () => {
    const bytes = size > limit ? undefined : Buffer.concat(parts);
    parts = [];
    size = 0;
    return bytes;
  };
  let base = from;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, start)) {
      add(bytes.subarray(start, at));
      start = at + 1;
      yield { bytes: take(), end: base + start };
    }
    add(bytes.subarray(start));
    base += bytes.length;
  }
  if (size > 0) yield { bytes: take(), end: base };
}
