const letters: Readonly<Record<string, string>> = {
  ...{ '"': '"', "\\": "\\", "/": "/" },
  ...{ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
};
/** What some readers know beyond JSON. Of a line break behind a backslash nothing is left. */
const others: Readonly<Record<string, string>> = { v: "\v", "0": "\0", "\n": "", "\r\n": "" };

const escapes = /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)/gs;

const unit = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16));

/** Undoes JSON's escapes, and of all others what `strange` makes of them. */
const undone = (raw: string, strange: (escaped: string) => string) =>
  raw.replace(escapes, (whole) => {
    const escaped = whole.slice(1);
    if (escaped.length === 5) return unit(escaped.slice(1));
    return letters[escaped] ?? strange(escaped);
  });

/**
 * What a string of JSON says, given what stands between its quotes.
 *
 * Where it holds an escape that JSON does not know, some readers refuse it; of those that do not,
 * some leave the backslash out and some leave it in. That makes two readings, the first without it;
 * all that is well written beside it means the same in both.
 */
export function readingsOf(raw: string): readonly [string, ...string[]] {
  if (!raw.includes("\\")) return [raw];
  let isStrange = false;
  const without = undone(raw, (escaped) => {
    isStrange = true;
    return others[escaped] ?? (escaped.length === 3 ? unit(escaped.slice(1)) : escaped);
  });
  return isStrange ? [without, undone(raw, (escaped) => `\\${escaped}`)] : [without];
}
