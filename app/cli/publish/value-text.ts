/** Behind the string that begins there. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}

/**
 * The value of a key of the outermost object, as it is written there; of several the last, which is the one
 * that `JSON.parse` gives.
 *
 * @param json An object that `JSON.parse` has read and that has the key.
 */
export function valueTextOf(json: string, key: string): string {
  let depth = 0;
  let current: string | undefined;
  let start: number | undefined;
  let found = "";
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (sign === '"') {
      const end = endOfString(json, at);
      if (depth === 1 && start === undefined) current = JSON.parse(json.slice(at, end));
      at = end - 1;
    } else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    else if (sign === ":" && depth === 1) start = at + 1;
    if (depth === 0 || (depth === 1 && sign === ",")) {
      if (current === key && start !== undefined) found = json.slice(start, at).trim();
      start = undefined;
    }
  }
  return found;
}
