import { describe, expect, it } from "vitest";
import { ConditionInvalid, holds, namesIn, parseCondition, positiveNamesIn } from "./condition.ts";

const names = ["a", "b", "sel_1", "sel_2"];

function evaluate(text: string, ...selected: string[]): boolean {
  return holds(parseCondition(text, names), (name) => selected.includes(name));
}

describe("parseCondition", () => {
  it("binds not before and, and and before or", () => {
    expect(evaluate("a or b and not sel_1", "a", "sel_1")).toBe(true);
    expect(evaluate("a or b and not sel_1", "b")).toBe(true);
    expect(evaluate("a or b and not sel_1", "b", "sel_1")).toBe(false);
  });

  it("lets brackets decide", () => {
    expect(evaluate("(a or b) and sel_1", "a")).toBe(false);
    expect(evaluate("not (a and b)", "a")).toBe(true);
  });

  it("reads 1 of and all of over a prefix, a name or all selections", () => {
    expect(evaluate("1 of sel_*", "sel_2")).toBe(true);
    expect(evaluate("all of sel_*", "sel_2")).toBe(false);
    expect(evaluate("all of sel_* and not 1 of them", "sel_1", "sel_2")).toBe(false);
    expect(evaluate("1 of a", "a")).toBe(true);
    expect(evaluate("1 of them")).toBe(false);
  });

  it("names each selection once", () => {
    expect(namesIn(parseCondition("a and not (b or a) or 1 of sel_*", names))).toEqual([
      "a",
      "b",
      "sel_1",
      "sel_2",
    ]);
  });

  it.each([
    ["c", 'no selection is called "c"'],
    ["1 of none_*", 'no selection is called "none_*"'],
    ["a b", '"b" is one word too many'],
    ["a and", "it ends where a selection should follow"],
    ["(a or b", 'it ends where ")" should follow'],
    ["(a b)", '"b" stands where ")" should'],
    ["1 a", '"a" stands where "of" should'],
    ["", "it ends where a selection should follow"],
  ])("refuses %j", (text, message) => {
    expect(() => parseCondition(text, names)).toThrow(new ConditionInvalid(message));
  });
});

it("knows without which selections it cannot hold", () => {
  const names = ["a", "b", "c"];
  const positive = (text: string) => positiveNamesIn(parseCondition(text, names));
  expect(positive("a and not b")).toEqual(["a"]);
  expect(positive("(a or c) and not (b or not a)")).toEqual(["a", "c"]);
  expect(positive("not (not b)")).toEqual(["b"]);
});
