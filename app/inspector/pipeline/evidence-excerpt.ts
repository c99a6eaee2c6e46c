import { printable } from "../../shared/printable.ts";

/** Most that is copied of a payload into an event, in bytes of UTF-8. */
export const excerptLimitBytes = 256;
/** What is looked at: more than is kept, since masking shortens. */
const sourceLimitBytes = 1_024;
const mask = "[masked]";

/**
 * Things that look like secrets. Each also matches without its end, which may lie behind the part
 * that is looked at; each is linear on any text.
 */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?/g, mask],
  [/\b(bearer|basic)\s{1,4}[A-Za-z0-9._~+/=-]+/gi, `$1 ${mask}`],
  // Up to the closing quote, the separator or the end, escaped or not.
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|credentials?|authorization|cookie|session(?:_?id)?)\w{0,16}\\?["']?\s{0,4}[:=]\s{0,4})(?:\\?"[^"]*|'[^']*|[^\s,;&"'}]+)/gi,
    `$1${mask}`,
  ],
  [/(:\/\/[^\s:/@]{0,64}:)[^\s/@]{1,128}(?=@)/g, `$1${mask}`],
  // Keys, hashes and tokens of any make: long runs without a word boundary.
  [/[A-Za-z0-9+/_=.-]{32,}/g, mask],
];

/**
 * The beginning of a payload, as evidence in an event: at most 256 bytes, secrets masked, one line.
 *
 * Masking comes before cutting, or half a secret could stay unrecognized at the cut.
 */
export function evidenceExcerpt(payload: Uint8Array): string {
  const part = Buffer.from(payload.subarray(0, sourceLimitBytes)).toString("utf8");
  // What is cut apart here may be half a secret that no longer looks like one.
  const whole = payload.length > sourceLimitBytes ? part.replace(/[^\s,;:"'{}[\]]*$/, "") : part;
  let text = whole;
  for (const [pattern, replacement] of secrets) text = text.replace(pattern, replacement);
  return cutUtf8(printable(text, excerptLimitBytes));
}

function cutUtf8(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= excerptLimitBytes) return text;
  let end = excerptLimitBytes;
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString("utf8");
}
