import { type RuleDocument, RuleSchema } from "./rule.ts";

/** What a test rule looks for, as an author would write it. */
export interface SampleRule {
  readonly detection?: Record<string, unknown>;
  readonly sentinel?: Record<string, unknown>;
  readonly rest?: Record<string, unknown>;
}

/** A valid rule for tests that matches "attack"; the arguments replace parts of it. */
export function sampleRule(sample: SampleRule = {}): RuleDocument {
  const rule = RuleSchema.parse(rawRule(sample));
  const pack = { name: "sample", version: "1.2.3", description: "A pack for tests." };
  return { ...rule, pack, file: "sample.yaml" };
}

/** The same before it is parsed, so that a test can spoil it. */
export function rawRule({ detection, sentinel, rest }: SampleRule = {}): Record<string, unknown> {
  return {
    id: "0d7c2f8e-4f0c-4d0e-9a55-3f2f6a1c9b10",
    title: "Sample",
    status: "test",
    level: "high",
    description: "A rule for tests.",
    logsource: { product: "mqtt-sentinel", category: "message" },
    tags: ["attack.t1190"],
    detection: detection ?? { words: { "payload|contains": "attack" }, condition: "words" },
    falsepositives: ["None known"],
    sentinel: {
      action: "deny",
      confidence: 0.9,
      origins: ["upstream", "device"],
      examples: { match: ["an attack", "attack"], clean: ["attac", "tack"] },
      ...sentinel,
    },
    ...rest,
  };
}
