const width = 16;
const offsetDigits = 8;

/** As people read bytes: a line for 16 of them, with their place and what is ASCII of them. */
export function hexView(data: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += width) {
    const bytes = Buffer.from(data.subarray(at, at + width));
    const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
    const text = bytes.toString("latin1").replaceAll(/[^\x20-\x7e]/g, ".");
    const place = at.toString(16).padStart(offsetDigits, "0");
    lines.push(`${place}  ${pairs.join(" ").padEnd(width * 3 - 1)}  |${text}|`);
  }
  return lines;
}
