import { base64Offsets } from "./fields/base64-offsets.ts";
import { type Modifier, parseKey } from "./fields/field-key.ts";
import type { Rule } from "./rule.ts";

/** One value of one selection: the smallest thing that can be true of a message. */
export interface Leaf {
  /** `payload`, or a field that has values. */
  readonly field: string;
  /** No rule has `key`: of JSON, in quotes or, as some readers take it, without any. */
  readonly modifier: Modifier | "key";
  readonly value: string | number | boolean;
}

/** The leaves under one key of a selection: any of them is enough, or `all` are needed. */
export interface LeafGroup {
  readonly key: string;
  readonly all: boolean;
  readonly leaves: readonly Leaf[];
}

export function selectionNames(rule: Rule): readonly string[] {
  return Object.keys(rule.detection).filter((name) => name !== "condition");
}

/** A selection holds when every one of its groups does. */
export function groupsOf(rule: Rule, selection: string): readonly LeafGroup[] {
  const keys = rule.detection[selection];
  if (keys === undefined || typeof keys === "string") return [];
  return Object.entries(keys).map(([key, values]) => {
    const { field, modifier, all } = parseKey(key);
    return { key, all, leaves: values.map((value) => ({ field, modifier, value })) };
  });
}

export function leavesOf(rule: Rule): readonly Leaf[] {
  return selectionNames(rule).flatMap((name) => groupsOf(rule, name).flatMap((g) => g.leaves));
}

/** Whether it is a regular expression rather than plain text. */
export function isPattern({ modifier }: Leaf): boolean {
  return modifier === "re" || modifier === "re|i";
}

/** Whether it asks what the payload is as a whole, rather than what is written in it. */
export function isFormat({ modifier }: Leaf): boolean {
  return modifier === "format";
}

/** Whether it asks for the value of a field, rather than for text wherever it stands. */
export function isField({ field }: Leaf): boolean {
  return field !== "payload";
}

/** What tells a leaf from all others. */
export function idOf({ field, modifier, value }: Leaf): string {
  return JSON.stringify([field, modifier, value]);
}

/**
 * The RE2 source of a leaf that is looked for in the payload's text.
 *
 * Case counts as in Sigma: only `re` and Base64 look at it. Unlike Sigma, `*`, `?` and `\` in plain
 * values mean themselves, because attack text is full of them.
 */
export function sourceOf({ modifier, value }: Leaf): string {
  const text = String(value);
  switch (modifier) {
    case "contains":
      return `(?i:${literal(text)})`;
    case "startswith":
      return `^(?i:${literal(text)})`;
    case "endswith":
      return `(?i:${literal(text)})$`;
    case "key":
      return `(?i:["']${literal(text)}["']|${literal(text)}\\s*[:=/])`;
    case "base64offset|contains":
      return `(?:${base64Offsets(text).map(literal).join("|")})`;
    case "re":
      return text;
    case "re|i":
      return `(?i:${text})`;
    default:
      throw new Error(`${modifier} is not looked for in the text`);
  }
}

function literal(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
