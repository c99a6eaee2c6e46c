import { describe, expect, it } from "vitest";
import { lintRule } from "./lint.ts";
import { sampleRule } from "./sample-rule.ts";

function lintPattern(pattern: string): readonly string[] {
  const detection = { words: { "payload|re": pattern }, condition: "words" };
  return lintRule(sampleRule({ detection }));
}

describe("lintRule", () => {
  it("has nothing to say about a good rule", () => {
    expect(lintRule(sampleRule())).toEqual([]);
    expect(lintPattern('union\\s+(?:all\\s+)?select[{}]{2}[^"]{0,16}\\x{41}')).toEqual([]);
  });

  it.each([
    ["[a-z]{1,33}x", "unroll to 33"],
    ["(?:[a-z0-9]{1,30}x){1,30}", "unroll to 900"],
    ["(?:a{4}|(b{3}){5}){3}", "unroll to 45"],
    ["a{40,}", "unroll to 40"],
    ["x.*y", "use |all with two texts"],
    ["x[^y]+y", "use |all with two texts"],
    ["x\\W{2,}y", "use |all with two texts"],
    ["a*", "matches the empty text"],
    ["(?=a)b", "is no RE2 pattern"],
    ["(a)\\1", "is no RE2 pattern"],
    ["(a", "is no RE2 pattern"],
  ])("refuses %s", (pattern, problem) => {
    expect(lintPattern(pattern)).toEqual([expect.stringContaining(problem)]);
  });

  it("refuses plain text that is found everywhere", () => {
    const detection = { words: { "payload|contains": "ab" }, condition: "words" };
    expect(lintRule(sampleRule({ detection }))).toEqual([
      'detection.words.payload|contains: got "ab"; use at least 3 characters',
    ]);
  });

  it.each([
    ["not words", "holds for a message without any of the texts"],
    ["words or not extra", "holds for a message without any of the texts"],
    ["words", 'use the selection "extra" or remove it'],
    ["words and extras", 'no selection is called "extras"'],
  ])("refuses the condition %j", (condition, problem) => {
    const words = { "payload|contains": "attack" };
    const detection = { words, extra: words, condition };
    expect(lintRule(sampleRule({ detection })).join()).toContain(problem);
  });
});
