/** What a rule's `condition` says, as a tree. Names are selections of the same rule. */
export type Condition =
  | { readonly kind: "selection"; readonly name: string }
  | { readonly kind: "not"; readonly operand: Condition }
  | { readonly kind: "and" | "or"; readonly operands: readonly Condition[] };

/** The condition cannot be read; the message says which word and what was expected. */
export class ConditionInvalid extends Error {
  override readonly name = "ConditionInvalid";
}

interface Cursor {
  readonly words: readonly string[];
  readonly names: readonly string[];
  at: number;
}

/**
 * Reads a Sigma condition: `and`, `or`, `not`, brackets, `1 of x*`, `all of x*`, `1 of them`.
 *
 * `not` binds tightest, then `and`, then `or`. The `of` forms are resolved here against `names`,
 * so that the tree holds nothing but selections that exist.
 */
export function parseCondition(text: string, names: readonly string[]): Condition {
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  const cursor: Cursor = { words, names, at: 0 };
  const condition = parseChain(cursor, "or");
  const rest = words[cursor.at];
  if (rest !== undefined) throw new ConditionInvalid(`"${rest}" is one word too many`);
  return condition;
}

/** Whether the condition holds, given which selections do. */
export function holds(condition: Condition, selected: (name: string) => boolean): boolean {
  switch (condition.kind) {
    case "selection":
      return selected(condition.name);
    case "not":
      return !holds(condition.operand, selected);
    case "and":
      return condition.operands.every((operand) => holds(operand, selected));
    case "or":
      return condition.operands.some((operand) => holds(operand, selected));
  }
}

/**
 * Whether the condition can hold where, of the selections that it wants, only those do that `may`
 * says, and those that it does not want may be as they like.
 */
export function canHold(condition: Condition, may: (name: string) => boolean): boolean {
  return possible(condition, true, may);
}

function possible(condition: Condition, wanted: boolean, may: (name: string) => boolean): boolean {
  switch (condition.kind) {
    case "selection":
      return !wanted || may(condition.name);
    case "not":
      return possible(condition.operand, !wanted, may);
    case "and":
    case "or": {
      const each = (operand: Condition) => possible(operand, wanted, may);
      const needsAll = (condition.kind === "and") === wanted;
      return needsAll ? condition.operands.every(each) : condition.operands.some(each);
    }
  }
}

/** The selections that the condition mentions, in order of appearance. */
export function namesIn(condition: Condition): readonly string[] {
  if (condition.kind === "selection") return [condition.name];
  if (condition.kind === "not") return namesIn(condition.operand);
  return [...new Set(condition.operands.flatMap(namesIn))];
}

/** The selections of which one must be selected before the condition can hold. */
export function positiveNamesIn(condition: Condition, positive = true): readonly string[] {
  if (condition.kind === "selection") return positive ? [condition.name] : [];
  if (condition.kind === "not") return positiveNamesIn(condition.operand, !positive);
  return [...new Set(condition.operands.flatMap((operand) => positiveNamesIn(operand, positive)))];
}

function parseChain(cursor: Cursor, kind: "and" | "or"): Condition {
  const next = () => (kind === "or" ? parseChain(cursor, "and") : parseOperand(cursor));
  const first = next();
  const operands = [first];
  while (cursor.words[cursor.at] === kind) {
    cursor.at++;
    operands.push(next());
  }
  return operands.length === 1 ? first : { kind, operands };
}

function parseOperand(cursor: Cursor): Condition {
  const word = take(cursor, "a selection");
  if (word === "not") return { kind: "not", operand: parseOperand(cursor) };
  if (word === "(") {
    const inner = parseChain(cursor, "or");
    expect(cursor, ")");
    return inner;
  }
  if (word === "1" || word === "all") {
    expect(cursor, "of");
    const operands = selectionsLike(cursor, take(cursor, "a name, a name* or them"));
    return { kind: word === "1" ? "or" : "and", operands };
  }
  if (!cursor.names.includes(word)) throw new ConditionInvalid(`no selection is called "${word}"`);
  return { kind: "selection", name: word };
}

function selectionsLike(cursor: Cursor, pattern: string): readonly Condition[] {
  const prefix = pattern === "them" ? "" : pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
  const found = cursor.names.filter((name) =>
    prefix === undefined ? name === pattern : name.startsWith(prefix),
  );
  if (found.length === 0) throw new ConditionInvalid(`no selection is called "${pattern}"`);
  return found.map((name) => ({ kind: "selection", name }));
}

function take(cursor: Cursor, wanted: string): string {
  const word = cursor.words[cursor.at++];
  if (word === undefined) throw new ConditionInvalid(`it ends where ${wanted} should follow`);
  return word;
}

function expect(cursor: Cursor, wanted: string): void {
  const word = take(cursor, `"${wanted}"`);
  if (word !== wanted) throw new ConditionInvalid(`"${word}" stands where "${wanted}" should`);
}
