import { isAscii } from "node:buffer";

/** The first bytes of what can be a disguise. Most letters with accents begin with others. */
const leads = [0xc0, 0xc1, 0xc2, 0xe0, 0xe2, 0xef, 0xf0, 0xf3] as const;

/**
 * The text with letters in disguise written plainly; undefined if there are none.
 *
 * Overlong UTF-8, fullwidth forms and the tags of Unicode become ASCII, and what has no width is left
 * out: each passes a filter that compares bytes, and is undone by some reader behind it. Never
 * longer than the text.
 */
export function plainLetters(text: Uint8Array): Uint8Array | undefined {
  if (isAscii(text)) return undefined;
  const first = firstDisguise(text);
  if (first < 0) return undefined;
  const into = Buffer.alloc(text.length);
  into.set(text.subarray(0, first));
  let written = first;
  for (let at = first; at < text.length; ) {
    const step = disguiseAt(text, at);
    if (step === 0) {
      into[written++] = text[at] ?? 0;
      at++;
      continue;
    }
    if (step >= 0x100) into[written++] = step >> 8;
    at += step & 0xff;
  }
  return into.subarray(0, written);
}

function firstDisguise(text: Uint8Array): number {
  let first = -1;
  for (const lead of leads) {
    const within = first < 0 ? text : text.subarray(0, first);
    let at = within.indexOf(lead);
    while (at >= 0 && disguiseAt(text, at) === 0) at = within.indexOf(lead, at + 1);
    if (at >= 0) first = at;
  }
  return first;
}

/** `letter << 8 | bytes it takes`, without a letter for what has no width; 0 for all else. */
function disguiseAt(text: Uint8Array, at: number): number {
  const byte = text[at] ?? 0;
  if (byte < 0xc0) return 0;
  const second = text[at + 1] ?? 0;
  const third = text[at + 2] ?? 0;
  switch (byte) {
    case 0xc0:
    case 0xc1:
      return isRest(second) ? letter((byte << 6) | (second & 0x3f), 2) : 0;
    case 0xc2:
      return second === 0xad ? 2 : 0;
    case 0xe0:
      return (second & 0xfe) === 0x80 && isRest(third)
        ? letter((second << 6) | (third & 0x3f), 3)
        : 0;
    case 0xe2:
      return isInvisible(second, third) ? 3 : 0;
    case 0xef:
      return fullwidthAt(second, third);
    case 0xf0:
    case 0xf3:
      return longFormAt(text, at, byte);
  }
  return 0;
}

/** Overlong forms of four bytes, and the tags U+E0000 to U+E007F, which hide a text in a text. */
function longFormAt(text: Uint8Array, at: number, byte: number): number {
  const [second, third, fourth] = [text[at + 1] ?? 0, text[at + 2] ?? 0, text[at + 3] ?? 0];
  const marked = byte === 0xf0 ? second === 0x80 : second === 0xa0;
  if (!marked || (third & 0xfe) !== 0x80 || !isRest(fourth)) return 0;
  const code = ((third << 6) | (fourth & 0x3f)) & 0x7f;
  return byte === 0xf3 && (code < 0x20 || code === 0x7f) ? 4 : letter(code, 4);
}

/** U+200B to U+200F, and U+2060 to U+2064. */
function isInvisible(second: number, third: number): boolean {
  if (second === 0x80) return third >= 0x8b && third <= 0x8f;
  return second === 0x81 && third >= 0xa0 && third <= 0xa4;
}

/** U+FF01 to U+FF5E are the printable ASCII characters; U+FEFF is a mark of no width. */
function fullwidthAt(second: number, third: number): number {
  if (second === 0xbb && third === 0xbf) return 3;
  if (second === 0xbc && third >= 0x81 && isRest(third)) return letter(third - 0x60, 3);
  if (second === 0xbd && third >= 0x80 && third <= 0x9e) return letter(third - 0x20, 3);
  return 0;
}

function letter(code: number, length: number): number {
  return ((code & 0x7f) << 8) | length;
}

function isRest(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
