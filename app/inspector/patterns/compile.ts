import { createHash } from "node:crypto";
import { canHold, holds, parseCondition, positiveNamesIn } from "./condition.ts";
import { jsonPrefix } from "./fields/field-key.ts";
import { createFieldTests, lastName } from "./fields/field-tests.ts";
import {
  groupsOf,
  idOf,
  isField,
  isFormat,
  isPattern,
  type Leaf,
  type LeafGroup,
  leavesOf,
  selectionNames,
  sourceOf,
} from "./leaf.ts";
import { createLeafSearch, type LeafSearch, type Searched } from "./leaf-search.ts";
import {
  type CompiledRule,
  createMatcher,
  type RuleMatch,
  type ThoroughMatcher,
} from "./matcher.ts";
import { messageOf, type RuleDocument } from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

/** A matcher that also knows what text its rules react to, for the measurement of its cost. */
export interface CompiledRules extends ThoroughMatcher {
  readonly provocations: readonly string[];
}

/** Compiles every leaf of every rule. The rules are expected to be free of lint. */
export function compileRules(rules: readonly RuleDocument[]): CompiledRules {
  const version = versionOf(rules);
  const asked = rules.flatMap(leavesOf);
  const leaves = [
    ...new Map([...asked, ...asked.flatMap(signsOf)].map((leaf) => [idOf(leaf), leaf])).values(),
  ];
  const inPayload = leaves.filter((leaf) => !isField(leaf));
  const plain = inPayload.filter((leaf) => !isFormat(leaf) && !isPattern(leaf));
  const patterns = inPayload.filter(isPattern);
  const found = [...plain, ...patterns, ...inPayload.filter(isFormat)];
  const fields = leaves.filter(isField);
  const leafIndex = new Map([...found, ...fields].map((leaf, index) => [idOf(leaf), index]));

  const search = compileSearch(version, {
    texts: plain.map(sourceOf),
    patterns: patterns.map(sourceOf),
  });
  const matcher = createMatcher({
    version,
    search,
    rules: rules.map((rule) => compileRule(rule, leafIndex)),
    users: usersOf(rules, leafIndex).slice(0, found.length),
    fields: createFieldTests(fields),
    unannounced: indexesOf(rules, (rule) => canHoldUnannounced(rule)),
    readingJson: indexesOf(rules, (rule) => leavesOf(rule).some(isOfJson)),
    leafOfFormat: (value) => leafIndex.get(idOf({ field: "payload", modifier: "format", value })),
  });
  return { ...matcher, provocations: provocationsOf(rules) };
}

const isOfJson = ({ field }: Leaf) => field.startsWith(jsonPrefix);

const indexesOf = (rules: readonly RuleDocument[], wanted: (rule: RuleDocument) => boolean) =>
  rules.flatMap((rule, index) => (wanted(rule) ? [index] : []));

/** A value of JSON is there only where its key stands: so much is found with all other texts. */
function signsOf(leaf: Leaf): readonly Leaf[] {
  if (!isOfJson(leaf)) return [];
  return [{ field: "payload", modifier: "key", value: lastName(leaf.field) }];
}

/** Whether a group can hold without anything that is found in the text. */
function isUnannounced({ all, leaves }: LeafGroup): boolean {
  const silent = (leaf: Leaf) =>
    isField(leaf) && (!isOfJson(leaf) || (leaf.modifier === "exists" && leaf.value === false));
  return all ? leaves.every(silent) : leaves.some(silent);
}

/** Such a rule is asked about each message. */
function canHoldUnannounced(rule: RuleDocument): boolean {
  const condition = parseCondition(rule.detection.condition, selectionNames(rule));
  return canHold(condition, (name) => groupsOf(rule, name).every(isUnannounced));
}

/**
 * The leaves of which one has to be found before the rule can hold. What only an exception asks for
 * (`not echo`) stands in every other honest report, and would have the rule tried for nothing.
 */
function leavesOfHolding(rule: RuleDocument): readonly Leaf[] {
  const condition = parseCondition(rule.detection.condition, selectionNames(rule));
  return positiveNamesIn(condition).flatMap((name) =>
    groupsOf(rule, name).flatMap(({ leaves }) =>
      leaves.flatMap((leaf) => [leaf, ...signsOf(leaf)]),
    ),
  );
}

function usersOf(
  rules: readonly RuleDocument[],
  leafIndex: ReadonlyMap<string, number>,
): readonly (readonly number[])[] {
  const users = Array.from(leafIndex, () => new Set<number>());
  rules.forEach((rule, index) => {
    for (const leaf of leavesOfHolding(rule)) users[leafIndex.get(idOf(leaf)) ?? -1]?.add(index);
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
        indexes: leaves.map((leaf) => leafIndex.get(idOf(leaf)) ?? -1),
      })),
    ]),
  );
  return {
    reports: reportsOf(rule),
    stays: positiveNamesIn(condition, false).every((name) =>
      groupsOf(rule, name).every(({ leaves }) => leaves.every(isField)),
    ),
    holds: (leafHolds) =>
      holds(condition, (name) =>
        (selections.get(name) ?? []).every(({ all, indexes }) =>
          all ? indexes.every(leafHolds) : indexes.some(leafHolds),
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

function compileSearch(version: string, searched: Searched): LeafSearch {
  try {
    return createLeafSearch(searched);
  } catch (cause) {
    const count = searched.patterns.length;
    const problem = `its ${count} patterns do not compile (${String(cause)}); simplify them`;
    throw new RulePackInvalid(version, [problem], { cause });
  }
}

function provocationsOf(rules: readonly RuleDocument[]): readonly string[] {
  const pieces = rules.flatMap((rule) => [
    ...rule.sentinel.examples.match.map((example) => messageOf(example).text),
    ...leavesOf(rule).flatMap((leaf) => {
      const text = String(leaf.value);
      return [...(isPattern(leaf) ? text.split(/\W+/) : [text]), ...signsOf(leaf).map(signText)];
    }),
  ]);
  return [...new Set(pieces)].filter((piece) => piece.length >= 2);
}

/** As it stands before a value, which has it read. */
const signText = ({ value }: Leaf) => `{"${value}":[`;
