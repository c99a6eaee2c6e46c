import { isUtf8 } from "node:buffer";
import { payloadLimitBytes } from "../../contract/limits.ts";

/** Of what is not UTF-8, so much has to be plain ASCII to be text with a blemish. */
const leastTextShare = 0.9;
/** Characters in a row that are taken for writing. In noise, so many in a row spell nothing. */
const shortestRun = 6;
/** Between two runs: no blank and no line break, so that no pattern reaches from one to the next. */
const gap = 0x01;

/** Finds the text of a payload. The answer may lie in a buffer that the next call reuses. */
export type TextFinder = (payload: Uint8Array) => Uint8Array;

/**
 * What there is to read in a payload: all of it when it is text, and otherwise the writing in it.
 *
 * Text is UTF-8 without a zero byte, or nearly all plain characters: one bad byte, or a text in
 * Latin-1, does not make a binary. Everything else is (JPEG, gzip, CBOR, Protobuf, readings), where
 * two or three characters of any rule turn up by chance, but a name or a message stands in one run.
 */
export function createTextFinder(): TextFinder {
  const scratch = Buffer.alloc(payloadLimitBytes);
  return (payload) => {
    if (isText(payload)) return payload;
    return scratch.subarray(0, copyRuns(payload, scratch, shortestRun));
  };
}

/** Within an encoding nothing but longer writing counts: of what is packed tight there is much. */
const shortestInner = 12;

/** The writing in bytes that are no text. The answer lies in a buffer that the next call reuses. */
export function createWritingFinder(): TextFinder {
  const scratch = Buffer.alloc(payloadLimitBytes);
  return (bytes) => scratch.subarray(0, copyRuns(bytes, scratch, shortestInner));
}

export function isText(payload: Uint8Array): boolean {
  return (isUtf8(payload) && !payload.includes(0)) || isPlainFor(leastTextShare, payload);
}

const plain = Uint8Array.from({ length: 256 }, (_, byte) => {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d ? 1 : 0;
});

/** Whether such a share of the bytes is plain ASCII. Noise, a third of it, is left soon. */
export function isPlainFor(share: number, bytes: Uint8Array): boolean {
  let others = Math.floor(bytes.length * (1 - share));
  for (let at = 0; at < bytes.length; at++) {
    if (plain[bytes[at] as number] === 0 && --others < 0) return false;
  }
  return true;
}

function copyRuns(from: Uint8Array, into: Uint8Array, shortest: number): number {
  let written = 0;
  let start = 0;
  for (let at = 0; at <= from.length; at++) {
    if (at < from.length && plain[from[at] as number] === 1) continue;
    // A run is shorter than what separates it took, so the copy never overtakes the original.
    if (at - start >= shortest) {
      into.set(from.subarray(start, at), written);
      written += at - start;
      if (at < from.length) into[written++] = gap;
    }
    start = at + 1;
  }
  return written;
}
