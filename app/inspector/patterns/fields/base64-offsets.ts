/** Letters of Base64 that depend on what stands before the text, by the bytes it is shifted by. */
const unsureAtStart = [0, 2, 3] as const;
/** And on what stands behind it, by the bytes of the last group of three. */
const unsureAtEnd = [0, 3, 2] as const;

/**
 * What Base64 makes of a text that stands in a longer one: one form for each of the three places in
 * a group of letters that it can begin at, without the letters that its neighbours decide.
 */
export function base64Offsets(text: string): readonly string[] {
  return unsureAtStart.map((unsure, shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
    const written = bytes.toString("base64");
    return written.slice(unsure, written.length - (unsureAtEnd[bytes.length % 3] ?? 0));
  });
}
