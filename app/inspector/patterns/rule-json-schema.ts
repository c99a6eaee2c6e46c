import { z } from "zod";
import { fileFormats } from "./file-format.ts";
import { RuleSchema } from "./rule.ts";

type JsonSchema = Record<string, unknown>;

const modifiers = {
  contains: "stands anywhere, whatever its case",
  startswith: "is what the message begins with, whatever its case",
  endswith: "is what the message ends with, whatever its case",
  re: "is matched by this RE2 pattern, case counts",
  "re|i": "is matched by this RE2 pattern, whatever its case",
} as const;

/** What an author reads at a key, by its path. Nothing here can be wrong in silence: a test finds each key. */
const descriptions: Readonly<Record<string, string>> = {
  id: "A fresh UUID; `sentinel rules new` makes one.",
  level: "How bad it is if it is true.",
  tags: "Techniques of ATT&CK, such as attack.t1190 or attack.t1059.004.",
  detection: "Selections by name, and the condition that joins them.",
  falsepositives: "Honest messages that match; one that is named here must not be held.",
  sentinel: "What happens to a message that matches.",
  "sentinel.action":
    "What becomes of a device report: tag delivers it, quarantine and deny hold it. An upstream alert is only ever tagged.",
  "sentinel.confidence": "How sure the rule is, from 0 to 1.",
  "sentinel.origins": "Whose messages it looks at.",
  "sentinel.examples": "Texts that match, and near misses that do not; all of them are tried.",
};

/**
 * The form of a rule as JSON Schema 2020-12, for editors and for validators that are not ours.
 *
 * It is made of the schema that rules are read by, with the keys of a selection listed, so that an
 * editor can offer them. What a schema cannot see (conditions, patterns, cost) `rules check` finds.
 */
export function ruleJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(RuleSchema, { io: "input" }) as JsonSchema;
  const detection = childOf(schema, "detection");
  detection["additionalProperties"] = selectionSchema(detection["additionalProperties"]);
  for (const [path, description] of Object.entries(descriptions)) {
    path.split(".").reduce(childOf, schema)["description"] = description;
  }
  return { title: "Rule of MQTT Sentinel", ...schema };
}

function childOf(schema: JsonSchema, key: string): JsonSchema {
  const child = (schema["properties"] as Record<string, JsonSchema> | undefined)?.[key];
  if (!child) throw new Error(`the schema of a rule has no key "${key}"`);
  return child;
}

function selectionSchema(selection: unknown): JsonSchema {
  const values = (selection as JsonSchema)["additionalProperties"] as JsonSchema;
  const texts = Object.entries(modifiers).flatMap(([modifier, meaning]) => [
    [`payload|${modifier}`, { description: `One of these ${meaning}.`, ...values }],
    [`payload|${modifier}|all`, { description: `Each of these ${meaning}.`, ...values }],
  ]);
  const format = { type: "string", enum: [...fileFormats] };
  const formats = {
    description: "What the payload is as a whole.",
    anyOf: [format, { type: "array", items: format, minItems: 1 }],
  };
  return {
    type: "object",
    minProperties: 1,
    properties: { ...Object.fromEntries(texts), "payload.format": formats },
    additionalProperties: false,
  };
}
