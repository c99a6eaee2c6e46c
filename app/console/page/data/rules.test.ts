import { expect, it } from "vitest";
import { mistaken, type Rule, rulePath, shownRules } from "./rules.ts";

const incidents = { open: 0, tp: 0, fp: 0, benign: 0 };
const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  ...{ id, title: `Rule ${id}`, shipped: true, techniques: [], incidents, ...more },
});
const rules = [
  rule("a", { level: "low", findings: 0 }),
  rule("b", { level: "critical", findings: 0, techniques: ["T1059.004"] }),
  rule("c", { findings: 7 }),
];
const shown = (address: string) =>
  shownRules(rules, new URLSearchParams(address)).map(({ id }) => id);

it("shows what found most first, then the worst, as the address narrows it", () => {
  expect(shown("")).toEqual(["c", "b", "a"]);
  expect(shown("level=low")).toEqual(["a"]);
  expect(shown("text=t1059")).toEqual(["b"]);
  expect(shown("text=rule+C")).toEqual(["c"]);
});

it("says how often a rule was mistaken only where somebody decided", () => {
  expect(mistaken({ incidents })).toBe("–");
  expect(mistaken({ incidents: { open: 9, tp: 1, fp: 2, benign: 0 } })).toBe("67 % of 3");
  expect(mistaken({ incidents: { ...incidents, tp: 1 } })).toBe("0 % of 1");
});

it("keeps an id from leading anywhere else", () => {
  expect(rulePath("../session?x")).toBe("/rules/..%2Fsession%3Fx");
});
