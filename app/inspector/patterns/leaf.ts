import type { Rule } from "./rule.ts";

type Modifier = "contains" | "startswith" | "endswith" | "re" | "re|i" | "format";

/** One value of one selection: the smallest thing that can be found in a payload. */
export interface Leaf {
  readonly modifier: Modifier;
  readonly value: string;
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
    const all = key.endsWith("|all");
    const modifier = key.replace(/^payload[|.]/, "").replace(/\|all$/, "") as Modifier;
    return { key, all, leaves: values.map((value) => ({ modifier, value })) };
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

/**
 * The RE2 source of a leaf; of a format, only what tells it from all others.
 *
 * Case counts as in Sigma: only `re` looks at it. Unlike Sigma, `*`, `?` and `\` in plain values
 * mean themselves, because attack text is full of them.
 */
export function sourceOf(leaf: Leaf): string {
  switch (leaf.modifier) {
    case "contains":
      return `(?i:${literal(leaf.value)})`;
    case "startswith":
      return `^(?i:${literal(leaf.value)})`;
    case "endswith":
      return `(?i:${literal(leaf.value)})$`;
    case "re":
      return leaf.value;
    case "format":
      return `format:${leaf.value}`;
    case "re|i":
      return `(?i:${leaf.value})`;
  }
}

function literal(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
