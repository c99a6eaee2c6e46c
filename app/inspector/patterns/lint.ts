import RE2 from "re2";
import { ConditionInvalid, holds, namesIn, parseCondition } from "./condition.ts";
import { anyKeys, jsonPrefix } from "./fields/field-key.ts";
import { pathOf } from "./fields/field-tests.ts";
import {
  groupsOf,
  isFormat,
  isPattern,
  type Leaf,
  type LeafGroup,
  selectionNames,
} from "./leaf.ts";
import type { Rule } from "./rule.ts";

/** Shorter text is found in every other message. */
const shortestLiteral = 3;

/** The middle of shorter ones, of which Base64 has three forms, is found in any key and digest. */
const shortestEncoded = 6;

const longestPath = 16;

/** A counted repeat is unrolled; above this, hostile text makes the automaton rebuild itself. */
const mostRepeats = 32;

/**
 * What the schema cannot see: conditions and patterns. One line for each problem.
 *
 * It keeps the usual slips out. Whether the rules are cheap enough is measured, not read off.
 */
export function lintRule(rule: Rule): readonly string[] {
  const patterns = selectionNames(rule).flatMap((name) =>
    groupsOf(rule, name).flatMap(({ key, leaves }) =>
      leaves.flatMap((leaf) =>
        problemsOfLeaf(leaf).map(
          (problem) => `detection.${name}.${key}: got ${JSON.stringify(leaf.value)}; ${problem}`,
        ),
      ),
    ),
  );
  return [...lintCondition(rule), ...patterns];
}

function lintCondition(rule: Rule): readonly string[] {
  const text = rule.detection.condition;
  const say = (problem: string) => `detection.condition: got ${JSON.stringify(text)}; ${problem}`;
  const names = selectionNames(rule);
  try {
    const condition = parseCondition(text, names);
    const used = namesIn(condition);
    const unused = names.filter((name) => !used.includes(name));
    return [
      ...unused.map((name) => say(`use the selection "${name}" or remove it`)),
      ...(holds(condition, (name) => groupsOf(rule, name).every(isAbsence))
        ? [say("it holds for a message without any of the texts; require a selection")]
        : []),
    ];
  } catch (error) {
    if (error instanceof ConditionInvalid) return [say(`${error.message}; correct the condition`)];
    throw error;
  }
}

/** What nearly every message is without says nothing about one. */
const isAbsence = ({ leaves }: LeafGroup) =>
  leaves.every(({ modifier, value }) => modifier === "exists" && value === false);

function problemsOfLeaf(leaf: Leaf): readonly string[] {
  if (isFormat(leaf)) return [];
  const text = String(leaf.value);
  if (isPattern(leaf)) return [...problemsOfPattern(text), ...problemsOfField(leaf.field)];
  const shortest = shortestOf(leaf);
  return [
    ...(text.length < shortest ? [`use at least ${shortest} characters`] : []),
    ...problemsOfField(leaf.field),
  ];
}

/** Whatever a field is compared with says something of it; what is encoded is short in any field. */
function shortestOf({ field, modifier }: Leaf): number {
  if (modifier === "base64offset|contains") return shortestEncoded;
  return field === "payload" ? shortestLiteral : 1;
}

/** The keys of one path are bits of a state, of which there are to be few. */
function problemsOfField(field: string): readonly string[] {
  if (!field.startsWith(jsonPrefix)) return [];
  const path = pathOf(field);
  return [
    ...(path.length > longestPath
      ? [`its path has ${path.length} keys; stay within ${longestPath}`]
      : []),
    ...(path.filter((name) => name === anyKeys).length > 1
      ? ["it has ** twice; once is enough"]
      : []),
  ];
}

function problemsOfPattern(source: string): readonly string[] {
  let pattern: RE2;
  try {
    pattern = new RE2(source, "u");
  } catch (cause) {
    return [`it is no RE2 pattern (${String(cause)}); correct it`];
  }
  const { repeats, gap } = measurePattern(source);
  return [
    ...(pattern.test("") ? ["it matches the empty text; require a character"] : []),
    ...(repeats > mostRepeats
      ? [`its counted repeats unroll to ${repeats}; stay within ${mostRepeats}`]
      : []),
    ...(gap ? ["it skips over any text without limit; use |all with two texts instead"] : []),
  ];
}

const tokens =
  /\\[xpP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?<least>\d+)(?:,(?<most>\d*))?\}|./gsu;

/** How far counted repeats unroll, nesting multiplied, and whether any text can be skipped. */
function measurePattern(source: string): { readonly repeats: number; readonly gap: boolean } {
  const open = [1];
  let atom = 1;
  let wide = false;
  let gap = false;
  for (const { 0: token, groups } of source.matchAll(tokens)) {
    const least = groups?.["least"];
    const unbounded = token === "*" || token === "+" || groups?.["most"] === "";
    if (unbounded && wide) gap = true;
    if (least !== undefined) {
      atom *= Math.max(1, Number(groups?.["most"] || least));
    } else if (token === "(") {
      open.push(1);
    } else if (token === ")") {
      atom = open.pop() ?? 1;
    } else if (!unbounded && token !== "?") {
      atom = 1;
    }
    wide = token === "." || token.startsWith("[^") || /^\\[DSW]$/.test(token);
    const deepest = open.length - 1;
    open[deepest] = Math.max(open[deepest] ?? 1, atom);
  }
  return { repeats: Math.max(...open), gap };
}
