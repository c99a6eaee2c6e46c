import { payloadLimitBytes } from "../../contract/limits.ts";
import type { Level } from "../../contract/verdict.ts";
import { type Envelope, noEnvelope } from "./envelope.ts";
import type { FieldTests } from "./fields/field-tests.ts";
import { type FileFormat, fileFormatOf } from "./file-format.ts";
import type { LeafSearch } from "./leaf-search.ts";
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
   * What decides about the message, in pack order: all rules that hold for it, or, once one of them
   * denies it, those that hold for what was looked at until then. The strongest action is the same.
   *
   * Throws MatchFailed when the payload could not be looked at as a whole: the caller must then
   * treat it as not inspected, never as clean.
   */
  match(payload: Uint8Array, origin: Origin, envelope?: Envelope): readonly RuleMatch[];
}

/** Whoever writes rules wants to know of all of them. */
export interface ThoroughMatcher extends RuleMatcher {
  /** All rules that hold for the message, whatever they say of it, in pack order. */
  matchAll(payload: Uint8Array, origin: Origin, envelope?: Envelope): readonly RuleMatch[];
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

export interface CompiledRule {
  /** What it reports for each origin; an origin that is absent is one the rule does not look at. */
  readonly reports: Readonly<Partial<Record<Origin, RuleMatch>>>;
  /** Whether it goes on to hold, whatever else is found in the message. */
  readonly stays: boolean;
  /** Whether the condition holds, given which leaves do. */
  holds(leafHolds: (leaf: number) => boolean): boolean;
}

export interface MatcherParts {
  readonly version: string;
  readonly search: LeafSearch;
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

/**
 * Values in front of the ones that a rule asks for, more than are compared or deeper than is looked:
 * nothing that has a use for them sends so many.
 */
export const notCompared: RuleMatch = Object.freeze({
  rule: "content-not-compared",
  title: "More values, or deeper ones, than are compared",
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
export function createMatcher(parts: MatcherParts): ThoroughMatcher {
  const { version, search, rules, users, fields, unannounced, readingJson, leafOfFormat } = parts;
  const unfold = createUnfolding();
  const found = new Uint8Array(users.length);
  const touched = new Set<number>();
  /** Touched rules that would deny a message of this origin for good, and were not asked since. */
  const deniers = new Set<number>();
  const denies = deniersOf(rules);
  let denying: Uint8Array | undefined;
  let marked = false;

  const touch = (rule: number): void => {
    touched.add(rule);
    if (denying?.[rule] === 1) deniers.add(rule);
  };
  const note = (leaf: number): void => {
    if (found[leaf] === 1) return;
    marked = true;
    found[leaf] = 1;
    for (const rule of users[leaf] ?? []) touch(rule);
  };
  const leafHolds = (leaf: number): boolean =>
    leaf < found.length ? found[leaf] === 1 : fields.holds(leaf - found.length);
  const isDenied = (): boolean => {
    let denied = false;
    for (const rule of deniers) denied ||= rules[rule]?.holds(leafHolds) === true;
    deniers.clear();
    return denied;
  };
  const look = (view: Uint8Array): boolean => search(view, note, isDenied);
  const lookAtFile = (bytes: Uint8Array): boolean => {
    const format = fileFormatOf(bytes);
    const leaf = format && leafOfFormat(format);
    if (leaf !== undefined) note(leaf);
    return isDenied();
  };
  const report = (origin: Origin, wanted: (rule: CompiledRule) => boolean) => {
    const held = [...touched].sort((a, b) => a - b).flatMap((index) => rules[index] ?? []);
    return held
      .filter((rule) => wanted(rule) && rule.holds(leafHolds))
      .flatMap((rule) => rule.reports[origin] ?? []);
  };
  const lookAtAll = (payload: Uint8Array, envelope: Envelope): Unseen | "enough" => {
    fields.begin(payload, envelope);
    for (const rule of unannounced) touch(rule);
    if (readingJson.length > 0 && fields.hidesKeys()) for (const rule of readingJson) touch(rule);
    return unfold(payload, { look, lookAtFile });
  };
  const matchAs = (payload: Uint8Array, origin: Origin, envelope: Envelope) => {
    if (payload.length > payloadLimitBytes) {
      throw new MatchFailed("payload-too-large", `${payload.length} bytes`);
    }
    try {
      const unseen = lookAtAll(payload, envelope);
      if (unseen === "enough") return report(origin, (rule) => rule.stays);
      const matches = touched.size === 0 ? nothing : report(origin, () => true);
      const left = fields.cut ? [...ofUnseen[unseen], notCompared] : ofUnseen[unseen];
      return left.length === 0 ? matches : [...matches, ...left];
    } catch (cause) {
      throw new MatchFailed("engine", String(cause), { cause });
    } finally {
      if (marked) found.fill(0);
      marked = false;
      touched.clear();
      deniers.clear();
    }
  };

  return {
    version,
    size: rules.length,
    match(payload, origin, envelope = noEnvelope) {
      denying = denies[origin];
      return matchAs(payload, origin, envelope);
    },
    matchAll(payload, origin, envelope = noEnvelope) {
      denying = undefined;
      return matchAs(payload, origin, envelope);
    },
  };
}

/** For each origin, which rules deny its messages and, once they hold, go on to. */
function deniersOf(rules: readonly CompiledRule[]): Readonly<Record<Origin, Uint8Array>> {
  const of = (origin: Origin) =>
    Uint8Array.from(rules, ({ stays, reports }) =>
      stays && reports[origin]?.action === "deny" ? 1 : 0,
    );
  return { device: of("device"), upstream: of("upstream") };
}
