import { constants, gunzipSync, type inflateRawSync, inflateSync } from "node:zlib";
import { payloadLimitBytes } from "../../../contract/limits.ts";

export interface Unpacked {
  /** Undefined if it is no archive, or holds nothing. */
  readonly content?: Buffer;
  /** It ends in something that is none, by mistake or because some readers do not mind. */
  readonly broken?: boolean;
  /** It unpacks to more than a payload may have. */
  readonly tooLarge?: boolean;
}

const options = { maxOutputLength: payloadLimitBytes, finishFlush: constants.Z_SYNC_FLUSH };

/**
 * What gzip or zlib has packed, also when its end is missing. `salvage` asks for what comes before the
 * place where it breaks or becomes too large: a reader that streams has acted on it by then.
 */
export function unpack(bytes: Uint8Array, salvage: boolean): Unpacked {
  const inflate = packerOf(bytes);
  if (!inflate) return {};
  try {
    return contentOf(inflate(bytes, options));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const tooLarge = code === "ERR_BUFFER_TOO_LARGE";
    return { ...(salvage ? longestOf(bytes, inflate) : {}), broken: true, tooLarge };
  }
}

const contentOf = (content: Buffer): Unpacked => (content.length > 0 ? { content } : {});

/** By halves: zlib keeps to itself what it had unpacked when it fails. */
function longestOf(bytes: Uint8Array, inflate: typeof inflateRawSync): Unpacked {
  let longest: Buffer | undefined;
  let [sound, unsound] = [0, bytes.length];
  while (unsound - sound > 1) {
    const middle = (sound + unsound) >> 1;
    try {
      longest = inflate(bytes.subarray(0, middle), options);
      sound = middle;
    } catch {
      unsound = middle;
    }
  }
  return longest ? contentOf(longest) : {};
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
