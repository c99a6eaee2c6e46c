import { describe, expect, it } from "vitest";
import { payloadLimitBytes } from "../../contract/limits.ts";
import { createFieldTests } from "./fields/field-tests.ts";
import { createMatcher, MatchFailed, type RuleMatch } from "./matcher.ts";

const report: RuleMatch = {
  rule: "r",
  title: "R",
  level: "low",
  action: "tag",
  confidence: 1,
  tags: [],
};

/** One rule that needs leaves 0 and 1, on an engine that finds what the test says. */
function matcherOn(engine: { match(view: Uint8Array): readonly number[] }) {
  return createMatcher({
    version: "v",
    search(view, note, enough) {
      for (const leaf of engine.match(view)) note(leaf);
      return enough();
    },
    rules: [{ reports: { device: report }, stays: true, holds: (leaf) => leaf(0) && leaf(1) }],
    users: [[0], [0]],
    fields: createFieldTests([]),
    unannounced: [],
    readingJson: [],
    leafOfFormat: () => undefined,
  });
}

describe("match", () => {
  it("forgets the leaves of the message before", () => {
    const answers = [[0], [1], [0, 1]];
    const matcher = matcherOn({ match: () => answers.shift() ?? [] });
    const next = () => matcher.match(new Uint8Array(1), "device");
    expect([next(), next(), next(), next()]).toEqual([[], [], [report], []]);
  });

  it("forgets them too when the engine fails in between", () => {
    const answers = ["fail", [1]] as const;
    let call = 0;
    const matcher = matcherOn({
      match: (view) => {
        if (view.length === 3) return [0];
        const answer = answers[call++];
        if (answer === undefined || answer === "fail") throw new Error("out of memory");
        return answer;
      },
    });
    expect(() => matcher.match(Buffer.from("%41"), "device")).toThrow(MatchFailed);
    expect(matcher.match(new Uint8Array(1), "device")).toEqual([]);
  });

  it("never calls a payload clean that the engine did not finish", () => {
    const cause = new Error("out of memory");
    const matcher = matcherOn({
      match: () => {
        throw cause;
      },
    });
    expect(() => matcher.match(new Uint8Array(1), "device")).toThrow(
      expect.objectContaining({ code: "engine", cause }),
    );
  });

  it("holds what is behind more wrapped pieces than are opened, which costs its sender nothing", () => {
    const matcher = matcherOn({ match: () => [] });
    const piece = Buffer.from("good morning to you").toString("base64");
    const rulesOf = (count: number) =>
      matcher
        .match(Buffer.from(JSON.stringify(Array(count).fill(piece))), "device")
        .map(({ rule, action }) => [rule, action]);
    expect(rulesOf(64)).toEqual([]);
    expect(rulesOf(65)).toEqual([["content-wrapped-too-often", "quarantine"]]);
  });

  it("looks at the whole payload limit and refuses one byte more", () => {
    const matcher = matcherOn({
      match: (view) => (view.length === payloadLimitBytes ? [0, 1] : []),
    });
    expect(matcher.match(new Uint8Array(payloadLimitBytes).fill(0x61), "device")).toEqual([report]);
    expect(() => matcher.match(new Uint8Array(payloadLimitBytes + 1), "device")).toThrow(
      expect.objectContaining({ code: "payload-too-large" }),
    );
  });
});
