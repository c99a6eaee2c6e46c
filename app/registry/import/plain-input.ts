import { ArrayLines } from "./array-lines.ts";
import type { RowInput } from "./device-rows.ts";

/** What has to be known of an input before its lines can be told apart. */
interface Form {
  /** Undefined: UTF-8. */
  readonly wide: "utf-16le" | "utf-16be" | undefined;
  readonly byteOrderMark: boolean;
  /** Lines end with a carriage return alone. */
  readonly returns: boolean;
  /** One JSON array instead of a line for each object. */
  readonly array: boolean;
}

const sampleBytes = 4_096;
const [lineFeed, carriageReturn, blank] = [0x0a, 0x0d, 0x20];
const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf]);

const wideOf = ([first, second]: Uint8Array): Form["wide"] => {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
};

/** The first characters of an input, whatever its encoding, without a byte order mark. */
export const sampleText = (bytes: Uint8Array): string =>
  new TextDecoder(wideOf(bytes) ?? "utf-8").decode(bytes);

function formOf(sample: Buffer): Form {
  const text = sampleText(sample);
  return {
    wide: wideOf(sample),
    byteOrderMark: sample.subarray(0, utf8Mark.length).equals(utf8Mark),
    // Of a pair at the sample's end only the first half may be in it.
    returns: /\r./s.test(text) && !text.includes("\n"),
    array: text.trimStart().startsWith("["),
  };
}

/**
 * An input as lines of UTF-8, whatever wrote it: Excel's UTF-16, a byte order mark, line ends of
 * carriage returns alone, a JSON array. Positions count the bytes that are handed out.
 */
export const plainInput = (input: RowInput): RowInput => ({
  open: (from) => plainBytes(input, from),
});

async function* plainBytes(input: RowInput, from: number): AsyncGenerator<Uint8Array> {
  const beginning = input.open(0)[Symbol.asyncIterator]();
  const { sample, ended } = await sampled(beginning);
  const form = formOf(sample);
  let chunks: AsyncIterable<Uint8Array> = following(sample, ended ? undefined : beginning);
  // Every other form leaves each byte where it is.
  if (form.wide !== undefined) chunks = skipped(narrowed(chunks, form.wide), from);
  else if (from > 0) {
    await beginning.return?.();
    chunks = input.open(from);
  } else if (form.byteOrderMark) chunks = unmarked(chunks);
  const lines = form.array ? new ArrayLines(from > 0) : undefined;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    if (form.returns) mapReturns(bytes);
    lines?.map(bytes);
    yield bytes;
  }
}

async function sampled(chunks: AsyncIterator<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for (let bytes = 0; bytes < sampleBytes; ) {
    const next = await chunks.next();
    if (next.done) return { sample: Buffer.concat(parts), ended: true };
    parts.push(next.value);
    bytes += next.value.length;
  }
  return { sample: Buffer.concat(parts), ended: false };
}

async function* following(
  sample: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array> {
  yield sample;
  if (rest) yield* { [Symbol.asyncIterator]: () => rest };
}

async function* narrowed(chunks: AsyncIterable<Uint8Array>, encoding: string) {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

async function* skipped(chunks: AsyncIterable<Uint8Array>, bytes: number) {
  let left = bytes;
  for await (const chunk of chunks) {
    const taken = Math.min(left, chunk.length);
    left -= taken;
    if (taken < chunk.length) yield chunk.subarray(taken);
  }
}

/** Blanks take the place of the mark: no byte moves, and every format passes over them. */
async function* unmarked(chunks: AsyncIterable<Uint8Array>) {
  let first = true;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    if (first) bytes.fill(blank, 0, utf8Mark.length);
    first = false;
    yield bytes;
  }
}

function mapReturns(bytes: Buffer): void {
  for (let at = bytes.indexOf(carriageReturn); at !== -1; at = bytes.indexOf(carriageReturn, at)) {
    bytes[at] = lineFeed;
  }
}
