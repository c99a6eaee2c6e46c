import { payloadLimitBytes } from "../../../contract/limits.ts";

/** Text wrapped more often than this is looked at as far as it was unwrapped, and reported. */
const mostLayers = 4;

const percent = 0x25;
const ampersand = 0x26;
const backslash = 0x5c;
const markers = [backslash, percent, ampersand] as const;
const isMarker = new Uint8Array(256);
for (const marker of markers) isMarker[marker] = 1;
const semicolon = 0x3b;
const hash = 0x23;
const longestEntity = 10;
const longestNumber = 24;
/** From here on a copy in one piece is worth the call. */
const longRun = 32;

const names = {
  ...{ lt: 0x3c, gt: 0x3e, amp: 0x26, quot: 0x22, apos: 0x27, sol: 0x2f },
  ...{ bsol: 0x5c, colon: 0x3a, semi: 0x3b, lpar: 0x28, rpar: 0x29, dollar: 0x24 },
  ...{ lbrace: 0x7b, rbrace: 0x7d, lcub: 0x7b, rcub: 0x7d, period: 0x2e },
  ...{ Tab: 0x09, NewLine: 0x0a, nbsp: 0x20, equals: 0x3d, vert: 0x7c },
} as const;

interface Entity {
  readonly name: Uint8Array;
  readonly character: number;
}
/** By the first byte of the name: a text full of ampersands makes no strings and hashes nothing. */
const entities: readonly (readonly Entity[])[] = Array.from({ length: 128 }, (_, first) =>
  Object.entries(names)
    .filter(([name]) => name.charCodeAt(0) === first)
    .map(([name, character]) => ({ name: Buffer.from(name), character })),
);
const none: readonly Entity[] = [];

/** JSON's one-letter escapes, by the byte after the backslash. */
const escapes = new Uint8Array(128);
for (const [letter, byte] of Object.entries({ b: 8, t: 9, n: 10, f: 12, r: 13 })) {
  escapes[letter.charCodeAt(0)] = byte;
}
for (const same of ['"', "\\", "/"]) escapes[same.charCodeAt(0)] = same.charCodeAt(0);

export interface EscapeLayers {
  /**
   * Calls `visit` with each layer below the text, until it says that it has seen enough. The bytes
   * are reused by the next layer.
   *
   * @returns the innermost layer, and whether there were more than are shown.
   */
  each(
    text: Uint8Array,
    visit: (layer: Uint8Array) => boolean,
  ): { readonly innermost: Uint8Array; readonly unfinished: boolean };
}

/**
 * The text as its last reader might see it: percent, JSON, shell and HTML escapes undone.
 *
 * Every layer is visited, not only the innermost one, because unwrapping once too often destroys
 * text (`C:\temp` becomes a tab). A decoded form is never longer than its escape, so one buffer of
 * the payload limit, which no text given here may exceed, is enough and each layer is decoded in place.
 */
export function createEscapeLayers(): EscapeLayers {
  // A Buffer, as all texts here: it searches for a byte many at a time, other arrays one by one.
  const scratch = Buffer.alloc(payloadLimitBytes);
  return {
    each(text, visit) {
      let innermost = text;
      for (let layer = 0; ; layer++) {
        const first = firstEscape(innermost);
        if (first < 0) return { innermost, unfinished: false };
        if (layer === mostLayers) return { innermost, unfinished: true };
        innermost = scratch.subarray(0, decodeLayer(innermost, scratch, first));
        if (visit(innermost)) return { innermost, unfinished: false };
      }
    },
  };
}

/** Where the first escape is that can be undone, or -1. Most texts have no sign of any. */
function firstEscape(bytes: Uint8Array): number {
  let first = -1;
  for (const marker of markers) {
    const within = first < 0 ? bytes : bytes.subarray(0, first);
    let at = within.indexOf(marker);
    while (at >= 0 && decodeAt(bytes, at, marker) === 0) at = within.indexOf(marker, at + 1);
    if (at >= 0) first = at;
  }
  return first;
}

/**
 * Undoes one layer of escapes, of which the first is at `first`. `into` may be the buffer that `from`
 * lies in.
 *
 * @returns the length.
 */
export function decodeLayer(from: Uint8Array, into: Uint8Array, first: number): number {
  into.set(from.subarray(0, first));
  let written = first;
  let at = first;
  while (at < from.length) {
    const byte = from[at] as number;
    const decoded = isMarker[byte] === 1 ? decodeAt(from, at, byte) : 0;
    if (decoded !== 0) {
      written = writeCharacter(into, written, decoded >>> 8, byte);
      at += decoded & 0xff;
    }
    // What no escape begins in goes over in one piece, the sign of one that is none included.
    let end = decoded === 0 ? at + 1 : at;
    while (end < from.length && isMarker[from[end] as number] === 0) end++;
    if (end - at > longRun) into.set(from.subarray(at, end), written);
    else for (let i = at; i < end; i++) into[written + i - at] = from[i] as number;
    written += end - at;
    at = end;
  }
  return written;
}

/** Character and length of the escape at `at`, packed as `character << 8 | length`; 0 if none. */
function decodeAt(from: Uint8Array, at: number, marker: number): number {
  if (marker === ampersand) return decodeEntity(from, at);
  const next = from[at + 1] ?? 0;
  const lower = next | 0x20;
  if (lower === 0x75) return unitAt(from, at);
  if (marker === percent) return pack(hexAt(from, at + 1, 2), 3);
  if (lower === 0x78) return pack(hexAt(from, at + 2, 2), 4);
  if (next >= 0x30 && next <= 0x33) return pack(octalAt(from, at + 1), 4);
  const plain = next < 128 ? (escapes[next] ?? 0) : 0;
  return plain === 0 ? 0 : pack(plain, 2);
}

/** `\\uXXXX` or `%uXXXX`; a pair of surrogates is one character. */
function unitAt(from: Uint8Array, at: number): number {
  const high = hexAt(from, at + 2, 4);
  if ((high & 0xfc00) !== 0xd800 || high < 0) return pack(high, 6);
  const low =
    from[at + 6] === from[at] && ((from[at + 7] ?? 0) | 0x20) === 0x75
      ? hexAt(from, at + 8, 4)
      : -1;
  if ((low & 0xfc00) !== 0xdc00 || low < 0) return pack(high, 6);
  return pack(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff), 12);
}

/** Three octal digits, the way a shell writes a byte, or -1. */
function octalAt(from: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = (from[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) return -1;
    value = value * 8 + digit;
  }
  return value;
}

function decodeEntity(from: Uint8Array, at: number): number {
  if (from[at + 1] === hash) return decodeNumber(from, at);
  const end = entityEnd(from, at + 1);
  return end < 0 ? 0 : pack(namedCharacter(from, at + 1, end), end + 1 - at);
}

/** The character that `from` names between `start` and `end`, or -1. */
function namedCharacter(from: Uint8Array, start: number, end: number): number {
  for (const { name, character } of entities[from[start] ?? 0] ?? none) {
    if (name.length !== end - start) continue;
    let same = 1;
    while (same < name.length && name[same] === from[start + same]) same++;
    if (same === name.length) return character;
  }
  return -1;
}

/** A character reference by number. Browsers read over leading zeros, and do without the semicolon. */
function decodeNumber(from: Uint8Array, at: number): number {
  const isHex = ((from[at + 2] ?? 0) | 0x20) === 0x78;
  const start = at + (isHex ? 3 : 2);
  let value = 0;
  let i = start;
  for (; i < start + longestNumber; i++) {
    const digit = isHex ? hexAt(from, i, 1) : decimalAt(from, i);
    if (digit < 0) break;
    value = value * (isHex ? 16 : 10) + digit;
    if (value > 0xffff) return 0;
  }
  if (i === start) return 0;
  return pack(value, i - at + (from[i] === semicolon ? 1 : 0));
}

function decimalAt(from: Uint8Array, at: number): number {
  const digit = (from[at] ?? 0) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Where the semicolon is, or -1: most ampersands begin no entity, and must cost nothing. */
function entityEnd(from: Uint8Array, start: number): number {
  for (let i = start; i <= start + longestEntity; i++) {
    const byte = from[i] ?? 0;
    if (byte === semicolon) return i > start ? i : -1;
    const lower = byte | 0x20;
    const inName =
      (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x23;
    if (!inName) return -1;
  }
  return -1;
}

function pack(character: number, length: number): number {
  return character < 0 ? 0 : (character << 8) | length;
}

function hexAt(from: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = from[i] ?? 0;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

/** A percent escape is a byte, whatever its value; the others are characters, written as UTF-8. */
function writeCharacter(into: Uint8Array, at: number, character: number, marker: number): number {
  if (character < 0x80 || (marker === percent && character < 0x100)) {
    into[at] = character;
    return at + 1;
  }
  if (character < 0x800) {
    into[at] = 0xc0 | (character >> 6);
    into[at + 1] = 0x80 | (character & 0x3f);
    return at + 2;
  }
  let next = at;
  if (character < 0x10000) into[next++] = 0xe0 | (character >> 12);
  else {
    into[next++] = 0xf0 | (character >> 18);
    into[next++] = 0x80 | ((character >> 12) & 0x3f);
  }
  into[next++] = 0x80 | ((character >> 6) & 0x3f);
  into[next++] = 0x80 | (character & 0x3f);
  return next;
}
