const byte = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma] = [byte('"'), byte("\\"), byte(",")];
const [lineFeed, carriageReturn, blank] = [byte("\n"), byte("\r"), byte(" ")];
const opening = new Set([byte("["), byte("{")]);
const closing = new Set([byte("]"), byte("}")]);

/**
 * Makes the elements of a JSON array lines, byte by byte, so that nothing moves: what is between two
 * elements becomes a line end, and line ends within an element become blanks. What is not JSON stays
 * so, and is complained about where lines are read.
 */
export class ArrayLines {
  #depth: number;
  #inText = false;
  #escaped = false;

  /** @param between two elements of the array; otherwise before it. */
  constructor(between: boolean) {
    this.#depth = between ? 1 : 0;
  }

  /** Changes the next bytes of the input in place. */
  map(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.#mapped(bytes[at] ?? blank);
  }

  #mapped(one: number): number {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false;
      else if (one === backslash) this.#escaped = true;
      else if (one === quote) this.#inText = false;
      return one;
    }
    if (one === quote) this.#inText = true;
    else if (opening.has(one)) return this.#depth++ === 0 ? blank : one;
    else if (closing.has(one)) {
      // One too many closes nothing.
      this.#depth = Math.max(0, this.#depth - 1);
      return this.#depth === 0 ? lineFeed : one;
    } else if (one === comma && this.#depth === 1) return lineFeed;
    else if (this.#depth > 0 && (one === lineFeed || one === carriageReturn)) return blank;
    return one;
  }
}
