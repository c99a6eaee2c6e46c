import { constants, gunzipSync, type inflateRawSync, inflateSync } from "node:zlib";
import { payloadLimitBytes } from "../../../contract/limits.ts";

/** It unpacks to more than a payload may have, and was left alone. */
export const tooLarge = Symbol("unpacks to more than is looked at");

const options = { maxOutputLength: payloadLimitBytes, finishFlush: constants.Z_SYNC_FLUSH };

/** What gzip or zlib has packed, also when its end is missing; undefined if it is neither. */
export function unpack(bytes: Uint8Array): Buffer | typeof tooLarge | undefined {
  const inflate = packerOf(bytes);
  if (!inflate) return undefined;
  try {
    const unpacked = inflate(bytes, options);
    return unpacked.length > 0 ? unpacked : undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ERR_BUFFER_TOO_LARGE" ? tooLarge : undefined;
  }
}

export function isPacked(bytes: Uint8Array): boolean {
  return packerOf(bytes) !== undefined;
}

function packerOf(bytes: Uint8Array): typeof inflateRawSync | undefined {
  const first = bytes[0];
  if (first === 0x1f) return bytes[1] === 0x8b && bytes[2] === 8 ? gunzipSync : undefined;
  // The two bytes of zlib's header are a multiple of 31; 0x78 is the window that everybody uses.
  const isZlib = first === 0x78 && (0x7800 | (bytes[1] ?? 0)) % 31 === 0 && bytes.length > 8;
  return isZlib ? inflateSync : undefined;
}
