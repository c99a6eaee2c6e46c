import { describe, expect, it } from "vitest";
import { compileRules } from "./compile.ts";
import type { Origin } from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";
import { type SampleRule, sampleRule } from "./sample-rule.ts";

function matches(detection: Record<string, unknown>, text: string): boolean {
  const matcher = compileRules([sampleRule({ detection })]);
  return matcher.match(Buffer.from(text), "device").length > 0;
}

function one(key: string, values: string | readonly string[]): Record<string, unknown> {
  return { words: { [key]: values }, condition: "words" };
}

describe("compileRules", () => {
  it.each([
    ["payload|contains", "Evil.*", "an eVIL.* day", "an evilest day"],
    ["payload|startswith", "Evil", "evil day", "an evil day"],
    ["payload|endswith", "day", "evil DAY", "evil days"],
    ["payload|re", "E[vw]il", "an Ewil day", "an evil day"],
    ["payload|re|i", "E[vw]il", "an EWIL day", "an ewer"],
  ])("matches %s as Sigma does", (key, value, matching, clean) => {
    expect(matches(one(key, value), matching)).toBe(true);
    expect(matches(one(key, value), clean)).toBe(false);
  });

  it("takes any value of a list, and every one with |all", () => {
    expect(matches(one("payload|contains", ["red", "blue"]), "blue")).toBe(true);
    expect(matches(one("payload|contains|all", ["red", "blue"]), "blue")).toBe(false);
    expect(matches(one("payload|contains|all", ["red", "blue"]), "blue, red")).toBe(true);
    expect(matches(one("payload|re|i|all", ["r[eo]d", "bl"]), "ROD BLUE")).toBe(true);
  });

  it("needs every key of a selection", () => {
    const words = { "payload|contains": "red", "payload|re": "b[lr]ue" };
    expect(matches({ words, condition: "words" }, "red brue")).toBe(true);
    expect(matches({ words, condition: "words" }, "red")).toBe(false);
  });

  it("evaluates the condition over the raw and the decoded text together", () => {
    const detection = {
      escaped: { "payload|contains": "%2e" },
      plain: { "payload|contains": "../" },
      condition: "escaped and plain",
    };
    expect(matches(detection, "%2e%2e%2f")).toBe(true);
    expect(matches(detection, "../")).toBe(false);
  });

  it("takes no pattern for the field or the format that it is written like", () => {
    const detection = {
      pattern: { "payload|re": 'alert.cmd|equals "open"' },
      field: { "alert.cmd": "open" },
      format: { "payload.format": "elf" },
      name: { "payload|re": "format:elf" },
      condition: "(pattern and field) or (format and name)",
    };
    expect(matches(detection, '{"cmd":"open"}')).toBe(false);
    expect(matches(detection, '{"cmd":"open","note":"alert.cmd"}')).toBe(true);
    expect(matches(detection, "format:elf")).toBe(false);
  });

  it("finds patterns in text that is not valid UTF-8", () => {
    const matcher = compileRules([sampleRule()]);
    expect(
      matcher.match(Buffer.from([0xff, 0xc0, ...Buffer.from("attack"), 0]), "device"),
    ).toHaveLength(1);
  });
});

describe("reports", () => {
  const report = (sample: SampleRule, origin: Origin) =>
    compileRules([sampleRule(sample)]).match(Buffer.from("an attack"), origin);

  it("carries what the verdict needs", () => {
    expect(report({}, "device")).toEqual([
      {
        rule: "0d7c2f8e-4f0c-4d0e-9a55-3f2f6a1c9b10",
        title: "Sample",
        level: "high",
        action: "deny",
        confidence: 0.9,
        tags: ["attack.t1190"],
      },
    ]);
  });

  it("only tags an alert from upstream, which may quote an attack", () => {
    expect(report({}, "upstream")).toMatchObject([{ action: "tag" }]);
  });

  it("leaves out an origin that the rule does not look at", () => {
    expect(report({ sentinel: { origins: ["device"] } }, "upstream")).toEqual([]);
    expect(report({ sentinel: { origins: ["device"] } }, "device")).toHaveLength(1);
  });
});

describe("version", () => {
  it("names pack, version and contents, whatever the file and order", () => {
    const first = sampleRule();
    const second = sampleRule({ rest: { id: "6d2f9a55-3f2f-4d0e-8f0c-0d7c2f8e4a1c" } });
    const { version } = compileRules([first, second]);
    expect(version).toMatch(/^sample@1\.2\.3\+[0-9a-f]{12}$/);
    expect(compileRules([second, { ...first, file: "other.yaml" }]).version).toBe(version);
    expect(compileRules([first]).version).not.toBe(version);
  });

  it("refuses a pack without rules", () => {
    expect(() => compileRules([])).toThrow(RulePackInvalid);
  });
});

describe("a report that a rule denies", () => {
  const attack = { attack: { "payload|contains": "attack" }, condition: "attack" };
  const other = {
    detection: { words: { "payload|contains": "../" }, condition: "words" },
    rest: { id: "6d2f9a55-3f2f-4d0e-8f0c-0d7c2f8e4a1c", title: "Other" },
  };
  const titles = (detection: Record<string, unknown>, text: string, origin: Origin = "device") => {
    const matcher = compileRules([sampleRule({ detection }), sampleRule(other)]);
    const of = (matches: readonly { title: string }[]) => matches.map(({ title }) => title);
    const payload = Buffer.from(text);
    return [of(matcher.match(payload, origin)), of(matcher.matchAll(payload, origin))];
  };

  it("is not unwrapped any further, unless all that can be said of it is asked for", () => {
    expect(titles(attack, "an attack %2e%2e%2f")).toEqual([["Sample"], ["Sample", "Other"]]);
    expect(titles(attack, "an attack ../")).toEqual([
      ["Sample", "Other"],
      ["Sample", "Other"],
    ]);
  });

  it("is, when what lies deeper might yet speak for it", () => {
    const unless = {
      ...attack,
      drill: { "payload|contains": "drill" },
      condition: "attack and not drill",
    };
    expect(titles(unless, "an attack %64%72ill")).toEqual([[], []]);
    const unlessField = {
      ...attack,
      drill: { "alert.drill": true },
      condition: "attack and not drill",
    };
    expect(titles(unlessField, '{"a":"attack","drill":true,"b":"%2e%2e%2f"}')).toEqual([
      ["Other"],
      ["Other"],
    ]);
    expect(titles(unlessField, '{"a":"attack","b":"%2e%2e%2f"}')).toEqual([
      ["Sample"],
      ["Sample", "Other"],
    ]);
  });

  it("is one thing, an alert that is only tagged another", () => {
    expect(titles(attack, "an attack %2e%2e%2f", "upstream")).toEqual([
      ["Sample", "Other"],
      ["Sample", "Other"],
    ]);
  });
});
