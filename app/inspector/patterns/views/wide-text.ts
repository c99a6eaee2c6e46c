/** Shorter than this, two zero bytes are a number. */
const shortestBytes = 12;
const looked = 256;

/** UTF-16 with or without a byte order mark, as UTF-8; undefined if it is none. */
export function narrowText(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length < shortestBytes || !bytes.includes(0)) return undefined;
  const order = orderOf(bytes);
  if (!order) return undefined;
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  if (order === "big") even.swap16();
  return Buffer.from(even.toString("utf16le").replace(/^\ufeff/, ""));
}

/** By the mark, or because nearly every other byte is zero and nearly all between are plain. */
function orderOf(bytes: Uint8Array): "big" | "little" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "little";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "big";
  const end = Math.min(bytes.length & ~1, looked);
  let [big, little] = [0, 0];
  for (let at = 0; at < end; at += 2) {
    const [high = 0, low = 0] = [bytes[at], bytes[at + 1]];
    if (high === 0 && isPlain(low)) big++;
    if (low === 0 && isPlain(high)) little++;
  }
  const enough = (end / 2) * 0.8;
  if (little >= enough) return "little";
  return big >= enough ? "big" : undefined;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
