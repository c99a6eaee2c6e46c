import { createHash } from "node:crypto";
import RE2 from "re2";
import { holds, parseCondition, positiveNamesIn } from "./condition.ts";
import {
  groupsOf,
  isFormat,
  isPattern,
  type Leaf,
  leavesOf,
  selectionNames,
  sourceOf,
} from "./leaf.ts";
import {
  type CompiledRule,
  createMatcher,
  type LeafEngine,
  type RuleMatch,
  type RuleMatcher,
} from "./matcher.ts";
import type { RuleDocument } from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

/** Room for an automaton: below it states are thrown away and rebuilt, which is what costs. */
const setBytes = 64 * 1024 * 1024;

/** A matcher that also knows what text its rules react to, for the measurement of its cost. */
export interface CompiledRules extends RuleMatcher {
  readonly provocations: readonly string[];
}

/**
 * Compiles every leaf of every rule. The rules are expected to be free of lint.
 *
 * Plain texts and patterns are two sets, because the states of one automaton for both would be the
 * product of theirs: on hostile text that is half as dear again as two passes.
 */
export function compileRules(rules: readonly RuleDocument[]): CompiledRules {
  const version = versionOf(rules);
  const leaves = [...new Map(rules.flatMap(leavesOf).map((l) => [sourceOf(l), l])).entries()];
  const sourcesOf = (wanted: (leaf: Leaf) => boolean) =>
    leaves.filter(([, leaf]) => wanted(leaf)).map(([source]) => source);
  const plain = sourcesOf((leaf) => !isPattern(leaf) && !isFormat(leaf));
  const patterns = sourcesOf(isPattern);
  const formats = sourcesOf(isFormat);
  const sources = [...plain, ...patterns, ...formats];
  const leafIndex = new Map(sources.map((source, index) => [source, index]));

  const matcher = createMatcher({
    version,
    engine: joinSets(compileSet(version, plain), compileSet(version, patterns), plain.length),
    rules: rules.map((rule) => compileRule(rule, leafIndex)),
    users: usersOf(rules, leafIndex),
    leafOfFormat: (value) => leafIndex.get(sourceOf({ modifier: "format", value })),
  });
  return { ...matcher, provocations: provocationsOf(rules) };
}

/**
 * The leaves of which one has to be found before the rule can hold. What only an exception asks for
 * (`not echo`) stands in every other honest report, and would have the rule tried for nothing.
 */
function leavesOfHolding(rule: RuleDocument): readonly Leaf[] {
  const condition = parseCondition(rule.detection.condition, selectionNames(rule));
  return positiveNamesIn(condition).flatMap((name) =>
    groupsOf(rule, name).flatMap(({ leaves }) => leaves),
  );
}

function usersOf(
  rules: readonly RuleDocument[],
  leafIndex: ReadonlyMap<string, number>,
): readonly (readonly number[])[] {
  const users = Array.from(leafIndex, () => new Set<number>());
  rules.forEach((rule, index) => {
    for (const leaf of leavesOfHolding(rule))
      users[leafIndex.get(sourceOf(leaf)) ?? -1]?.add(index);
  });
  return users.map((rulesOfLeaf) => [...rulesOfLeaf]);
}

/** The same rules have the same version, whatever their files, order and comments. */
function versionOf(rules: readonly RuleDocument[]): string {
  const packs = [...new Set(rules.map((rule) => `${rule.pack.name}@${rule.pack.version}`))];
  if (packs.length === 0) throw new RulePackInvalid("(empty)", ["it holds no rule; add one"]);
  const contents = rules
    .map(({ file: _file, pack: _pack, ...rule }) => JSON.stringify(rule))
    .sort()
    .join("\n");
  const digest = createHash("sha256").update(contents).digest("hex").slice(0, 12);
  return `${packs.sort().join(",")}+${digest}`;
}

function compileRule(rule: RuleDocument, leafIndex: ReadonlyMap<string, number>): CompiledRule {
  const names = selectionNames(rule);
  const condition = parseCondition(rule.detection.condition, names);
  const selections = new Map(
    names.map((name) => [
      name,
      groupsOf(rule, name).map(({ all, leaves }) => ({
        all,
        indexes: leaves.map((leaf) => leafIndex.get(sourceOf(leaf)) ?? -1),
      })),
    ]),
  );
  return {
    reports: reportsOf(rule),
    holds: (found) =>
      holds(condition, (name) =>
        (selections.get(name) ?? []).every(({ all, indexes }) =>
          all ? indexes.every((i) => found[i] === 1) : indexes.some((i) => found[i] === 1),
        ),
      ),
  };
}

/** Frozen and made once: a match hands out these, so that matching allocates next to nothing. */
function reportsOf(rule: RuleDocument): CompiledRule["reports"] {
  const { id, title, level, tags, sentinel } = rule;
  const device: RuleMatch = Object.freeze({
    rule: id,
    title,
    level,
    action: sentinel.action,
    confidence: sentinel.confidence,
    tags: Object.freeze([...tags]),
  });
  // An alert from the trusted upstream may quote an attack; its text alone never holds it back.
  const upstream: RuleMatch = Object.freeze({ ...device, action: "tag" });
  return {
    ...(sentinel.origins.includes("device") && { device }),
    ...(sentinel.origins.includes("upstream") && { upstream }),
  };
}

function compileSet(version: string, sources: readonly string[]): LeafEngine {
  if (sources.length === 0) return { match: () => [] };
  try {
    return new RE2.Set(sources, { maxMem: setBytes });
  } catch (cause) {
    const problem = `its ${sources.length} patterns do not compile (${String(cause)}); simplify them`;
    throw new RulePackInvalid(version, [problem], { cause });
  }
}

function joinSets(first: LeafEngine, second: LeafEngine, offset: number): LeafEngine {
  return {
    match(view) {
      const rest = second.match(view);
      const found = first.match(view);
      return rest.length === 0 ? found : [...found, ...rest.map((leaf) => leaf + offset)];
    },
  };
}

function provocationsOf(rules: readonly RuleDocument[]): readonly string[] {
  const pieces = rules.flatMap((rule) => [
    ...rule.sentinel.examples.match,
    ...leavesOf(rule).flatMap((leaf) => (isPattern(leaf) ? leaf.value.split(/\W+/) : [leaf.value])),
  ]);
  return [...new Set(pieces)].filter((piece) => piece.length >= 2);
}
