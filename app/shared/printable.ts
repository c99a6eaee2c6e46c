/**
 * What moves a cursor, hides, reorders or breaks text: controls (C0, DEL, C1), formats such as
 * bidirectional overrides and isolates, lone surrogates, what Unicode has not assigned, separators
 * of lines and paragraphs, and whatever is drawn as nothing at all.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const SURROGATE_AT_END = /[\ud800-\udbff]$/;

/** Makes a stranger's text harmless to a terminal, and one line of at most `limit` characters. */
export function printable(text: string, limit: number): string {
  if (text.length <= limit) return text.replace(UNPRINTABLE, "\u00b7");
  // Cut first: nobody waits for what is not shown.
  const kept = text.slice(0, limit - 1).replace(SURROGATE_AT_END, "");
  return `${kept.replace(UNPRINTABLE, "\u00b7")}\u2026`;
}

/** The same of text that has several lines. */
export const printableLines = (text: string, lineLimit: number): string =>
  text
    .split("\n")
    .map((line) => printable(line, lineLimit))
    .join("\n");

export const isPrintable = (text: string, limit: number): boolean =>
  printable(text, limit) === text;

const escaped = (found: string) =>
  Array.from({ length: found.length }, (_, i) => {
    return `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }).join("");

/** JSON that is harmless to a terminal, and means what it did: escapes stand for what is not printable. */
export const printableJson = (json: string): string => json.replace(UNPRINTABLE, escaped);
