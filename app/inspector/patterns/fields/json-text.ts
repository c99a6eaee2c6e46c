import { narrowText } from "../views/wide-text.ts";

/** What stands before JSON in any encoding: blanks, their zero bytes, and marks of the byte order. */
const isBefore = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte <= 0x20 || [0xef, 0xbb, 0xbf, 0xff, 0xfe].includes(byte) ? 1 : 0,
);

/** Whether it begins as an object or an array, in UTF-8, UTF-16 or UTF-32. */
export function isJson(payload: Uint8Array): boolean {
  let at = 0;
  while (isBefore[payload[at] ?? 0x21] === 1) at++;
  return payload[at] === 0x7b || payload[at] === 0x5b;
}

/** The JSON of a payload that begins as such. What is no letter in its encoding is read as U+FFFD. */
export function jsonTextOf(payload: Uint8Array): string {
  const { buffer, byteOffset, length } = narrowText(payload) ?? payload;
  return Buffer.from(buffer, byteOffset, length).toString("utf8");
}
