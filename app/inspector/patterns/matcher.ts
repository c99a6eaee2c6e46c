import { payloadLimitBytes } from "../../contract/limits.ts";
import type { Level } from "../../contract/verdict.ts";
import { type Envelope, noEnvelope } from "./envelope.ts";
import type { FieldTests } from "./fields/field-tests.ts";
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
   * The rules that hold for the message, in pack order.
   *
   * Throws MatchFailed when the payload could not be looked at as a whole: the caller must then
   * treat it as not inspected, never as clean.
   */
  match(payload: Uint8Array, origin: Origin, envelope?: Envelope): readonly RuleMatch[];
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
  /** Whether the condition holds, given which leaves do. */
  holds(leafHolds: (leaf: number) => boolean): boolean;
}

export interface MatcherParts {
  readonly version: string;
  readonly engine: LeafEngine;
  readonly rules: readonly CompiledRule[];
  /** For each leaf that is found, the indexes of the rules that use it. */
  readonly users: readonly (readonly number[])[];
  /** The leaves behind those, which are true of a field. */
  readonly fields: FieldTests;
  /** The indexes of the rules that may hold although nothing is found in the text. */
  readonly unannounced: readonly number[];
  /** And of those that ask for values of JSON. */
  readonly readingJson: readonly number[];
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
 * Looks at the payload in every view of it, then evaluates the rules of which at least one leaf was
 * found, and those that need none. All others cannot hold.
 *
 * The working arrays are shared by all calls: a call never waits, so no two overlap.
 */
export function createMatcher(parts: MatcherParts): RuleMatcher {
  const { version, engine, rules, users, fields, unannounced, readingJson, leafOfFormat } = parts;
  const unfold = createUnfolding();
  const found = new Uint8Array(users.length);
  const touched = new Set<number>();
  let marked = false;

  const note = (leaf: number): void => {
    marked = true;
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
  const leafHolds = (leaf: number): boolean =>
    leaf < found.length ? found[leaf] === 1 : fields.holds(leaf - found.length);
  const report = (origin: Origin): readonly RuleMatch[] => {
    const held = [...touched].filter((index) => rules[index]?.holds(leafHolds));
    return held.sort((a, b) => a - b).flatMap((index) => rules[index]?.reports[origin] ?? []);
  };
  const lookAtAll = (payload: Uint8Array, envelope: Envelope): Unseen => {
    fields.begin(payload, envelope);
    for (const rule of unannounced) touched.add(rule);
    if (readingJson.length > 0 && fields.hidesKeys()) {
      for (const rule of readingJson) touched.add(rule);
    }
    return unfold(payload, { look, lookAtFile });
  };

  return {
    version,
    size: rules.length,
    match(payload, origin, envelope = noEnvelope) {
      if (payload.length > payloadLimitBytes) {
        throw new MatchFailed("payload-too-large", `${payload.length} bytes`);
      }
      try {
        const unseen = lookAtAll(payload, envelope);
        const matches = touched.size === 0 ? nothing : report(origin);
        const left = unseen === "none" && fields.cut ? "cut" : unseen;
        return left === "none" ? matches : [...matches, ...ofUnseen[left]];
      } catch (cause) {
        throw new MatchFailed("engine", String(cause), { cause });
      } finally {
        if (marked) found.fill(0);
        marked = false;
        touched.clear();
      }
    },
  };
}
