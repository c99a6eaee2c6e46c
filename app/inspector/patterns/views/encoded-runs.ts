/** Shorter runs are words and numbers; what they could hide is a word or two. */
const shortestRun = 20;
const slash = 0x2f;
/** From here on a line of Base64 may go on behind its line break, as mail and PEM write it. */
const shortestLine = 56;
/** So much of a run tells whether it is writing. */
const headLetters = 32;
/** Bytes of the head that may be anything, once for each eight. */
const oddOnes = 8;

const [digit, hexLower, hexUpper, lower, upper, other] = [1, 2, 4, 8, 16, 32] as const;
const hexadecimal = digit | hexLower | hexUpper;

/** What a byte can stand in a run as; 0 for what ends one. */
const kinds = new Uint8Array(256);
/** What each letter of Base64 stands for, in both of its alphabets. */
const sixBits = new Uint8Array(256);
for (const [letters, kind] of [
  ["abcdefghijklmnopqrstuvwxyz", lower],
  ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", upper],
  ["abcdef", hexLower],
  ["ABCDEF", hexUpper],
  ["0123456789", digit],
  ["+/-_", other],
] as const) {
  for (const letter of letters) kinds[letter.charCodeAt(0)] = kind;
}
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
[...`${letters}+/`, ..."-_"].forEach((letter, value) => {
  sixBits[letter.charCodeAt(0)] = value < 64 ? value : value - 2;
});

/** How the bytes of a run begin: as writing, or as something that is opened by its first bytes. */
type Beginning = (head: Uint8Array) => boolean;

const head = new Uint8Array((headLetters * 3) / 4);

/**
 * The bytes behind each run of Base64 or hexadecimal digits that begin as writing, or as `opens`
 * wants them, and those of long runs whatever they are; at most `most` of them, of what there are.
 *
 * Only every 20th byte is looked at until one could lie within a run, and of a run only its head is
 * decoded until it promises something: prose, digests and identities cost next to nothing.
 */
export function encodedRuns(
  text: Uint8Array,
  { opens, most }: { readonly opens: Beginning; readonly most: number },
): readonly Buffer[] {
  const found: Buffer[] = [];
  let behind = 0;
  for (let at = shortestRun - 1; at < text.length && found.length < most; ) {
    if (kinds[text[at] ?? 0] === 0) {
      at += shortestRun;
      continue;
    }
    let start = at;
    while (start > behind && kinds[text[start - 1] ?? 0] !== 0) start--;
    const end = runEnd(text, start, at);
    const bytes = end - start < shortestRun ? undefined : bytesOf(text.subarray(start, end), opens);
    if (bytes) found.push(bytes);
    behind = end;
    at = end + shortestRun;
  }
  return found;
}

/** Where the run ends that holds `start` to `at`: behind a long line it goes on in the next one. */
function runEnd(text: Uint8Array, start: number, at: number): number {
  let end = at + 1;
  let lineStart = start;
  for (;;) {
    while (end < text.length && kinds[text[end] ?? 0] !== 0) end++;
    if (end - lineStart < shortestLine) return end;
    let next = end;
    if (text[next] === 0x0d) next++;
    if (text[next] !== 0x0a || kinds[text[next + 1] ?? 0] === 0) return end;
    end = next + 1;
    lineStart = end;
  }
}

/** Longer runs of anything may have writing in their middle. */
const longRun = 88;

function bytesOf(run: Uint8Array, opens: Beginning): Buffer | undefined {
  let mask = 0;
  for (let at = 0; at < run.length; at++) mask |= kinds[run[at] ?? 0] ?? 0;
  const prefixed = run[0] === 0x30 && ((run[1] ?? 0) | 0x20) === 0x78;
  if ((mask & ~hexadecimal) === 0 || (prefixed && isHexadecimal(run, 2))) {
    return fromHexadecimal(prefixed ? run.subarray(2) : run, opens);
  }
  // Words are all small, constants all capital; what is encoded is both.
  const mixed = (mask & (lower | hexLower)) !== 0 && (mask & (upper | hexUpper)) !== 0;
  return mixed ? fromBase64(run, opens) : undefined;
}

/** A name may stand before the run, which shifts all its letters, or a path, which ends at a slash. */
function fromBase64(run: Uint8Array, opens: Beginning): Buffer | undefined {
  for (let shift = 0; shift < 4; shift++) {
    const bytes = decodeHead(run, shift);
    if (isWriting(bytes) || opens(bytes)) return decode(run.subarray(shift), "base64");
  }
  const behindPath = run.subarray(run.lastIndexOf(slash) + 1);
  if (behindPath.length < run.length && behindPath.length >= shortestRun) {
    const bytes = decodeHead(behindPath, 0);
    if (isWriting(bytes) || opens(bytes)) return decode(behindPath, "base64");
  }
  return run.length < longRun ? undefined : decode(run, "base64");
}

function fromHexadecimal(digits: Uint8Array, opens: Beginning): Buffer | undefined {
  const even = digits.subarray(0, digits.length & ~1);
  const bytes = head.subarray(0, Math.min(even.length / 2, head.length));
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (nibble(even[at * 2] ?? 0) << 4) | nibble(even[at * 2 + 1] ?? 0);
  }
  const wanted = isWriting(bytes) || opens(bytes) || even.length >= 2 * longRun;
  return wanted ? decode(even, "hex") : undefined;
}

function isHexadecimal(run: Uint8Array, from: number): boolean {
  for (let at = from; at < run.length; at++) {
    if (((kinds[run[at] ?? 0] ?? 0) & hexadecimal) === 0) return false;
  }
  return true;
}

function nibble(letter: number): number {
  return letter < 0x40 ? letter & 0xf : (letter & 0xf) + 9;
}

function decodeHead(run: Uint8Array, shift: number): Uint8Array {
  const most = Math.min(run.length, headLetters + shift);
  let [held, bits, written] = [0, 0, 0];
  for (let at = shift; at < most; at++) {
    held = ((held << 6) | (sixBits[run[at] ?? 0] ?? 0)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    head[written++] = (held >> bits) & 0xff;
  }
  return head.subarray(0, written);
}

/** Plain letters, and zero bytes as UTF-16 has them. */
function isWriting(bytes: Uint8Array): boolean {
  let odd = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const plain = (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13) || byte === 0;
    if (!plain) odd++;
  }
  return odd * oddOnes <= bytes.length;
}

function decode(run: Uint8Array, encoding: "base64" | "hex"): Buffer {
  const letters = Buffer.from(run.buffer, run.byteOffset, run.length).toString("latin1");
  return Buffer.from(letters, encoding);
}
