import type { JsonState } from "./json-states.ts";

/** A value of JSON as it is written: a number keeps its digits, whatever a number can hold. */
export interface FieldValue {
  readonly kind: "text" | "number" | "boolean" | "null" | "container";
  /** What is written, a string without its escapes; empty for an object and an array. */
  readonly text: string;
}

export interface JsonValues {
  /** By index of the path that was asked for. */
  readonly found: ReadonlyMap<number, readonly FieldValue[]>;
  /** Whether there was more, or something lay deeper, than is looked at. */
  readonly cut: boolean;
}

const mostValues = 4_096;
/** Readers of JSON give up themselves, or should, not far below. */
const mostDepth = 256;

const container: FieldValue = { kind: "container", text: "" };
/** A number as JSON writes it. */
export const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The values of the paths that are asked for, all those of a key that is there several times.
 *
 * An array stands for each of its elements. What is no JSON is read as far as it looks like it: some
 * reader forgives what another does not, and acts on what comes before the fault. Linear, and
 * without recursion.
 */
export function readJson(text: string, root: JsonState): JsonValues {
  const reading = new Reading(text, root);
  while (reading.step());
  return reading;
}

interface Frame {
  readonly state: JsonState;
  readonly isObject: boolean;
}

class Reading implements JsonValues {
  readonly found = new Map<number, FieldValue[]>();
  cut = false;
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #at = 0;
  #values = 0;
  #frame: Frame;
  /** Of the next value. */
  #state: JsonState;
  #key = false;

  constructor(text: string, root: JsonState) {
    this.#text = text;
    this.#state = root;
    this.#frame = { state: root, isObject: false };
  }

  /** One token further; false at the end. */
  step(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (Number.isNaN(code)) return false;
    if (code <= 0x20 || code === 0xfeff) this.#at++;
    else if (code === 0x22) this.#readString();
    else if (code === 0x7b || code === 0x5b) this.#enter(code === 0x7b);
    else if (code === 0x7d || code === 0x5d) this.#leave();
    else if (code === 0x2c || code === 0x3a) {
      this.#key = code === 0x2c && this.#frame.isObject;
      if (code === 0x2c) this.#state = this.#frame.state;
      this.#at++;
    } else this.#readWord();
    return true;
  }

  #enter(isObject: boolean): void {
    this.#at++;
    this.#note(container);
    this.#frames.push(this.#frame);
    if (this.#frames.length > mostDepth && this.#state.open) {
      this.cut = true;
      this.#state = nowhere;
    }
    this.#frame = { state: this.#state, isObject };
    this.#key = isObject;
  }

  #leave(): void {
    this.#at++;
    this.#frame = this.#frames.pop() ?? this.#frame;
    this.#state = this.#frame.state;
    this.#key = false;
  }

  #readString(): void {
    const start = ++this.#at;
    let escaped = false;
    let code = this.#text.charCodeAt(this.#at);
    while (code !== 0x22 && this.#at < this.#text.length) {
      if (code === 0x5c) {
        escaped = true;
        this.#at++;
      }
      code = this.#text.charCodeAt(++this.#at);
    }
    const end = this.#at++;
    if (this.#key) {
      this.#key = false;
      // Below what no path leads to, names say nothing.
      if (this.#frame.state.open)
        this.#state = this.#frame.state.below(this.#string(start, end, escaped));
      else this.#state = nowhere;
    } else if (this.#state.ends.length > 0) {
      this.#note({ kind: "text", text: this.#string(start, end, escaped) });
    }
  }

  #string(start: number, end: number, escaped: boolean): string {
    const raw = this.#text.slice(start, end);
    if (!escaped) return raw;
    try {
      return String(JSON.parse(`"${raw}"`));
    } catch {
      return raw;
    }
  }

  #readWord(): void {
    const start = this.#at;
    while (isOfWord(this.#text.charCodeAt(this.#at))) this.#at++;
    // What is neither is a character that JSON has no use for.
    if (this.#at === start) this.#at++;
    if (this.#state.ends.length === 0) return;
    const text = this.#text.slice(start, this.#at);
    if (text === "true" || text === "false") this.#note({ kind: "boolean", text });
    else if (text === "null") this.#note({ kind: "null", text });
    else this.#note({ kind: jsonNumber.test(text) ? "number" : "text", text });
  }

  #note(value: FieldValue): void {
    for (const path of this.#state.ends) {
      if (++this.#values > mostValues) {
        this.cut = true;
        return;
      }
      const values = this.found.get(path);
      if (values) values.push(value);
      else this.found.set(path, [value]);
    }
  }
}

const nowhere: JsonState = { ends: [], open: false, below: () => nowhere };

/** Anything but blanks, quotes and the signs that structure JSON. */
function isOfWord(code: number): boolean {
  return (
    code > 0x20 &&
    code !== 0x22 &&
    code !== 0x2c &&
    code !== 0x3a &&
    code !== 0x5b &&
    code !== 0x5d &&
    code !== 0x7b &&
    code !== 0x7d
  );
}
