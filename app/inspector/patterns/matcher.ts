import { payloadLimitBytes } from "../../contract/limits.ts";
import type { Level } from "../../contract/verdict.ts";
import { type FileFormat, fileFormatOf } from "./file-format.ts";
import type { Action, Origin } from "./rule.ts";
import { createUnfolding, type Unseen } from "./views/unfold.ts";

/** One rule that holds for one message. */
export interface RuleMatch {
  /** The rule's id. */
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  readonly action: Action;
  readonly confidence: number;
  readonly tags: readonly string[];
}

export interface RuleMatcher {
  /** `name@semver+` and the first 12 hex digits of the contents' SHA-256. */
  readonly version: string;
  /** Number of rules. */
  readonly size: number;
  /**
   * The rules that hold for the payload, in pack order.
   *
   * Throws MatchFailed when the payload could not be looked at as a whole: the caller must then
   * treat it as not inspected, never as clean.
   */
  match(payload: Uint8Array, origin: Origin): readonly RuleMatch[];
}

/** The payload was not inspected. `code` is what logs and metrics carry. */
export class MatchFailed extends Error {
  override readonly name = "MatchFailed";
  readonly code: "payload-too-large" | "engine";

  constructor(code: MatchFailed["code"], detail: string, options?: ErrorOptions) {
    super(`payload not inspected (${code}): ${detail}`, options);
    this.code = code;
  }
}

/** Finds leaves; RE2.Set is one. Throws when it cannot finish. */
export interface LeafEngine {
  match(view: Uint8Array): readonly number[];
}

export interface CompiledRule {
  /** What it reports for each origin; an origin that is absent is one the rule does not look at. */
  readonly reports: Readonly<Partial<Record<Origin, RuleMatch>>>;
  /** Whether the condition holds, given one byte per leaf, 1 if the leaf was found. */
  holds(found: Uint8Array): boolean;
}

export interface MatcherParts {
  readonly version: string;
  readonly engine: LeafEngine;
  readonly rules: readonly CompiledRule[];
  /** For each leaf, the indexes of the rules that use it. */
  readonly users: readonly (readonly number[])[];
  /** The leaf that is found when the payload is a file of this format. */
  readonly leafOfFormat: (format: FileFormat) => number | undefined;
}

/** What a text hides below the depth and the length that are looked at is not taken for nothing. */
export const notSeenThrough: RuleMatch = Object.freeze({
  rule: "content-not-seen-through",
  title: "Wrapped deeper or packed tighter than is looked into",
  level: "low",
  action: "tag",
  confidence: 0.5,
  tags: Object.freeze(["attack.t1027"]),
});

/**
 * Pieces that are wrapped one by one, more than are opened: with them in front, anything could be
 * hidden for the price of some letters.
 */
export const tooManyWrapped: RuleMatch = Object.freeze({
  rule: "content-wrapped-too-often",
  title: "More wrapped pieces than are opened",
  level: "medium",
  action: "quarantine",
  confidence: 0.5,
  tags: Object.freeze(["attack.t1027"]),
});

const ofUnseen: Readonly<Record<Unseen, readonly RuleMatch[]>> = {
  none: [],
  cut: [notSeenThrough],
  crowded: [tooManyWrapped],
};

const nothing: readonly RuleMatch[] = Object.freeze([]);

/**
 * Looks at the payload in every view of it, then evaluates the rules of which at least one
 * leaf was found. That is enough because the lint refuses a condition that holds without any.
 *
 * The working arrays are shared by all calls: a call never waits, so no two overlap.
 */
export function createMatcher({
  version,
  engine,
  rules,
  users,
  leafOfFormat,
}: MatcherParts): RuleMatcher {
  const unfold = createUnfolding();
  const found = new Uint8Array(users.length);
  const touched = new Set<number>();
  let findings = 0;

  const note = (leaf: number): void => {
    findings++;
    found[leaf] = 1;
    for (const rule of users[leaf] ?? []) touched.add(rule);
  };
  const look = (view: Uint8Array): void => {
    for (const leaf of engine.match(view)) note(leaf);
  };
  const lookAtFile = (bytes: Uint8Array): void => {
    const format = fileFormatOf(bytes);
    const leaf = format && leafOfFormat(format);
    if (leaf !== undefined) note(leaf);
  };
  const report = (origin: Origin): readonly RuleMatch[] => {
    const held = [...touched].filter((index) => rules[index]?.holds(found));
    return held.sort((a, b) => a - b).flatMap((index) => rules[index]?.reports[origin] ?? []);
  };

  return {
    version,
    size: rules.length,
    match(payload, origin) {
      if (payload.length > payloadLimitBytes) {
        throw new MatchFailed("payload-too-large", `${payload.length} bytes`);
      }
      try {
        const unseen = unfold(payload, { look, lookAtFile });
        const matches = touched.size === 0 ? nothing : report(origin);
        return unseen === "none" ? matches : [...matches, ...ofUnseen[unseen]];
      } catch (cause) {
        throw new MatchFailed("engine", String(cause), { cause });
      } finally {
        if (findings > 0) {
          found.fill(0);
          touched.clear();
          findings = 0;
        }
      }
    },
  };
}
