import { z } from "zod";
import { envelopeFields, keyPatterns, type TextModifier } from "./fields/field-key.ts";
import { fileFormats } from "./file-format.ts";
import { mostValues, RuleSchema } from "./rule.ts";

type JsonSchema = Record<string, unknown>;

const modifiers = {
  contains: "stands anywhere, whatever its case",
  startswith: "is what it begins with, whatever its case",
  endswith: "is what it ends with, whatever its case",
  re: "is matched by this RE2 pattern, case counts",
  "re|i": "is matched by this RE2 pattern, whatever its case",
  "base64offset|contains": "stands in the Base64 of a longer text, wherever it begins",
} as const satisfies Record<TextModifier, string>;

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
  "sentinel.examples": "Messages that match, and near misses that do not; all of them are tried.",
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
  const texts = { type: "string", minLength: 1, maxLength: 256 };
  const described = (field: string) =>
    Object.entries(modifiers).flatMap(([modifier, meaning]) => [
      [`${field}|${modifier}`, { description: `One of these ${meaning}.`, ...listOf(texts) }],
      [`${field}|${modifier}|all`, { description: `Each of these ${meaning}.`, ...listOf(texts) }],
    ]);
  const format = { type: "string", enum: [...fileFormats] };
  const equals = { description: "It is one of these, whatever its case.", ...values };
  const patterns: Readonly<Record<keyof typeof keyPatterns, JsonSchema>> = {
    message: { description: "The same as payload.", ...listOf(texts) },
    equals,
    text: listOf(texts),
    cidr: { description: "It is an address in one of these networks.", ...listOf(texts) },
    number: {
      description: "It is a number, or a text that spells one, and so compared with one of these.",
      ...listOf({ type: "number" }),
    },
    exists: { description: "Whether the message has it.", type: "boolean" },
  };
  return {
    type: "object",
    minProperties: 1,
    // Editors offer what is listed.
    properties: Object.fromEntries([
      ...described("payload"),
      ["payload.format", { description: "What the payload is as a whole.", ...listOf(format) }],
      ...envelopeFields.map((field) => [field, equals]),
    ]),
    patternProperties: Object.fromEntries(
      Object.entries(keyPatterns).map(([kind, pattern]) => [
        pattern,
        patterns[kind as keyof typeof keyPatterns],
      ]),
    ),
    additionalProperties: false,
  };
}

const listOf = (item: JsonSchema): JsonSchema => ({
  anyOf: [item, { type: "array", items: item, minItems: 1, maxItems: mostValues }],
});
