import { payloadLimitBytes } from "../../contract/limits.ts";

/** Text wrapped more often than this is looked at as far as it was unwrapped. */
const mostLayers = 3;

const percent = 0x25;
const ampersand = 0x26;
const backslash = 0x5c;
const semicolon = 0x3b;
const hash = 0x23;
const longestEntity = 10;

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

export interface DecodedViews {
  /** Calls `visit` with each layer below the raw bytes. The bytes are reused by the next layer. */
  each(payload: Uint8Array, visit: (view: Uint8Array) => void): void;
}

/**
 * The payload as its last reader might see it: percent, JSON and HTML escapes undone.
 *
 * Every layer is visited, not only the innermost one, because unwrapping once too often destroys
 * text (`C:\temp` becomes a tab). A decoded form is never longer than its escape, so one buffer of
 * the payload limit is enough and each layer is decoded in place.
 */
export function createDecodedViews(): DecodedViews {
  const scratch = new Uint8Array(payloadLimitBytes);
  return {
    each(payload, visit) {
      let source = payload;
      for (let layer = 0; layer < mostLayers && hasEscape(source); layer++) {
        const length = decodeLayer(source, scratch);
        if (length === source.length) return;
        source = scratch.subarray(0, length);
        visit(source);
      }
    },
  };
}

function hasEscape(bytes: Uint8Array): boolean {
  return bytes.includes(backslash) || bytes.includes(percent) || bytes.includes(ampersand);
}

/** Undoes one layer of escapes. `into` may be the buffer that `from` lies in. */
export function decodeLayer(from: Uint8Array, into: Uint8Array): number {
  let written = 0;
  let at = 0;
  while (at < from.length) {
    const byte = from[at] ?? 0;
    const decoded =
      byte === backslash || byte === percent || byte === ampersand ? decodeAt(from, at, byte) : 0;
    if (decoded === 0) {
      into[written++] = byte;
      at++;
      continue;
    }
    written = writeCharacter(into, written, decoded >>> 8, byte);
    at += decoded & 0xff;
  }
  return written;
}

/** Character and length of the escape at `at`, packed as `character << 8 | length`; 0 if none. */
function decodeAt(from: Uint8Array, at: number, marker: number): number {
  if (marker === ampersand) return decodeEntity(from, at);
  const next = from[at + 1] ?? 0;
  const lower = next | 0x20;
  if (lower === 0x75) return pack(hexAt(from, at + 2, 4), 6);
  if (marker === percent) return pack(hexAt(from, at + 1, 2), 3);
  if (lower === 0x78) return pack(hexAt(from, at + 2, 2), 4);
  const plain = next < 128 ? (escapes[next] ?? 0) : 0;
  return plain === 0 ? 0 : pack(plain, 2);
}

function decodeEntity(from: Uint8Array, at: number): number {
  const end = entityEnd(from, at + 1);
  if (end < 0) return 0;
  const code =
    from[at + 1] === hash ? numberAt(from, at + 2, end) : namedCharacter(from, at + 1, end);
  return code <= 0xffff ? pack(code, end + 1 - at) : 0;
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

/** A character reference behind its `#`: up to 6 hexadecimal digits after an x, or up to 7 others. */
function numberAt(from: Uint8Array, start: number, end: number): number {
  const lower = (from[start] ?? 0) | 0x20;
  if (lower === 0x78) {
    const digits = end - start - 1;
    return digits >= 1 && digits <= 6 ? hexAt(from, start + 1, digits) : -1;
  }
  if (end === start || end - start > 7) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (from[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
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
  into[at] = 0xe0 | (character >> 12);
  into[at + 1] = 0x80 | ((character >> 6) & 0x3f);
  into[at + 2] = 0x80 | (character & 0x3f);
  return at + 3;
}
