// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Makes a stranger's text harmless to a terminal, and one line of at most `limit` characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(UNPRINTABLE, "\u00b7");
  return clean.length > limit ? `${clean.slice(0, limit - 1)}\u2026` : clean;
}
