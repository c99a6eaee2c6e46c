import type { JsonState } from "./json-states.ts";
import { type Grammar, json, lenient, tokenAt } from "./json-tokens.ts";
import { readingsOf } from "./string-readings.ts";

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

const [apostrophe, hash] = [0x27, 0x23] as const;
const container: FieldValue = { kind: "container", text: "" };
/** A number as JSON writes it. */
export const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The values of the paths that are asked for, all those of a key that is there several times.
 *
 * An array stands for each of its elements. What is no JSON is read as far as it looks like it: some
 * reader forgives what another does not, and acts on what comes before the fault. Where it is what
 * such readers know beyond JSON, it is read once more as they do. Linear, and without recursion.
 */
export function readJson(text: string, root: JsonState): JsonValues {
  const strict = read(text, root, json);
  if (!strict.isStrange) return strict;
  const loose = read(text, root, lenient);
  for (const [path, values] of loose.found) {
    const known = strict.found.get(path) ?? [];
    const texts = new Set(known.map(({ kind, text }) => kind + text));
    const others = values.filter(({ kind, text }) => !texts.has(kind + text));
    strict.found.set(path, [...known, ...others]);
  }
  return { found: strict.found, cut: strict.cut || loose.cut };
}

function read(text: string, root: JsonState, grammar: Grammar): Reading {
  const reading = new Reading(text, root, grammar);
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
  /** Whether there was what JSON has no use for. */
  isStrange = false;
  readonly #text: string;
  readonly #grammar: Grammar;
  readonly #frames: Frame[] = [];
  #at = 0;
  #values = 0;
  #frame: Frame;
  /** Of the next value. */
  #state: JsonState;
  #key = false;

  constructor(text: string, root: JsonState, grammar: Grammar) {
    this.#text = text;
    this.#grammar = grammar;
    this.#state = root;
    this.#frame = { state: root, isObject: false };
  }

  /** One token further; false at the end. */
  step(): boolean {
    if (this.#at >= this.#text.length) return false;
    const code = this.#text.charCodeAt(this.#at);
    switch (tokenAt(this.#grammar, code)) {
      case "blank":
        this.#at++;
        break;
      case "quote":
        this.#readString(code);
        break;
      case "open":
        this.#enter(code === 0x7b);
        break;
      case "close":
        this.#leave();
        break;
      case "next":
        this.#key = this.#frame.isObject;
        this.#state = this.#frame.state;
        this.#at++;
        break;
      case "is":
        this.#key = false;
        this.#at++;
        break;
      case "comment":
        this.#skipComment(code);
        break;
      case "word":
        this.#readWord();
    }
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

  #readString(quote: number): void {
    const start = ++this.#at;
    let code = this.#text.charCodeAt(this.#at);
    while (code !== quote && this.#at < this.#text.length) {
      if (code === 0x5c) this.#at++;
      code = this.#text.charCodeAt(++this.#at);
    }
    const end = this.#at++;
    if (this.#key) this.#take(start, end);
    else if (this.#state.ends.length > 0) {
      for (const text of readingsOf(this.#text.slice(start, end)))
        this.#note({ kind: "text", text });
    }
  }

  /** Turns to the value of the key that stands there. */
  #take(start: number, end: number): void {
    this.#key = false;
    const { state } = this.#frame;
    // Below what no path leads to, names say nothing. None that is asked for has a backslash.
    this.#state = state.open ? state.below(readingsOf(this.#text.slice(start, end))[0]) : nowhere;
  }

  #readWord(): void {
    const start = this.#at;
    do this.#at++;
    while (this.#isInWord(this.#text.charCodeAt(this.#at)));
    const text = this.#text.slice(start, this.#at);
    const kind = kindOf(text);
    if (this.#key || kind === "text") this.isStrange = true;
    if (this.#key && this.#grammar.hasBareKeys) this.#take(start, this.#at);
    else if (this.#state.ends.length > 0) this.#note({ kind, text });
  }

  #isInWord(code: number): boolean {
    return tokenAt(this.#grammar, code) === "word" || code === apostrophe;
  }

  /** What is neither kind of comment is one character of no use. */
  #skipComment(code: number): void {
    const second = this.#text.charAt(this.#at + 1);
    const ending = second === "*" ? "*/" : second === "/" || code === hash ? "\n" : undefined;
    const end = ending === undefined ? this.#at + 1 : this.#text.indexOf(ending, this.#at + 1);
    this.#at = end < 0 ? this.#text.length : end + (ending?.length ?? 0);
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

function kindOf(text: string): FieldValue["kind"] {
  if (text === "true" || text === "false") return "boolean";
  if (text === "null") return "null";
  return jsonNumber.test(text) ? "number" : "text";
}
