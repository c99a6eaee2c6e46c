import { describe, expect, it } from "vitest";
import { compileRules } from "../app/inspector/patterns/compile.ts";
import { failedExamples } from "../app/inspector/patterns/examples.ts";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";

const rules = await loadRulePack(import.meta.dirname);
const matcher = compileRules(rules);

describe.each(rules.map((rule) => ({ name: `${rule.file}: ${rule.title}`, rule })))("$name", ({
  rule,
}) => {
  it("matches its examples and leaves its near misses alone", () => {
    expect(failedExamples(rule, matcher)).toEqual([]);
  });
});
