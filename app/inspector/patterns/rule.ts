import { z } from "zod";
import { levels } from "../../contract/verdict.ts";
import { type Envelope, noEnvelope } from "./envelope.ts";
import { anyKeyPattern, keyAdvice } from "./fields/field-key.ts";
import { adviceOnValues } from "./fields/field-values.ts";

export const actions = ["tag", "quarantine", "deny"] as const;
export type Action = (typeof actions)[number];

export const origins = ["upstream", "device"] as const;
export type Origin = (typeof origins)[number];

/** A selection or a value list is short enough to read; a longer one is two rules. */
export const mostValues = 64;

const oneOf = (values: readonly string[]) => `use one of ${values.join(", ")}`;

const Text = z
  .string("write text")
  .trim()
  .min(1, "write text")
  .max(1000, "shorten to 1000 characters");

const Value = z.union([
  z.string().min(1).max(256),
  z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER),
  z.boolean(),
]);

const valuesAdvice = `write one value or a list of 1 to ${mostValues}: texts of 1 to 256 characters, or numbers of at most 15 digits`;

const Values = z.union(
  [
    Value.transform((value) => [value]),
    z.array(Value).min(1, valuesAdvice).max(mostValues, valuesAdvice),
  ],
  valuesAdvice,
);

const Selection = z
  .record(
    z.string().max(256, "shorten to 256 characters").regex(anyKeyPattern, keyAdvice),
    Values,
    "write a map such as payload|contains: [text]",
  )
  .refine((selection) => Object.keys(selection).length > 0, "give the selection at least one key")
  .superRefine((selection, context) => {
    for (const [key, values] of Object.entries(selection)) {
      const message = adviceOnValues(key, values);
      if (message) context.addIssue({ code: "custom", path: [key], message });
    }
  });

const Detection = z
  .object({ condition: z.string("write a condition").min(1).max(512) }, "write a map")
  .catchall(Selection);

const example = "write a text, or a map of payload and fields of mqtt.…";

const Example = z.union(
  [
    z.string(),
    z.strictObject({
      payload: z.string(),
      "mqtt.publish.topic": z.string().optional(),
      "mqtt.connect.clientid": z.string().optional(),
      "mqtt.qos": z.int().min(0).max(2).optional(),
    }),
  ],
  example,
);

const Examples = z.strictObject(
  {
    match: z.array(Example).min(2, "give at least 2 examples that match"),
    clean: z.array(Example).min(2, "give at least 2 near misses that stay clean"),
  },
  "write a map of match and clean",
);

const SentinelBlock = z.strictObject(
  {
    /** What happens to a device report. An upstream alert is only ever tagged for its text. */
    action: z.enum(actions, oneOf(actions)),
    confidence: z.number("use a number from 0 to 1").min(0, "use 0 to 1").max(1, "use 0 to 1"),
    origins: z.array(z.enum(origins, oneOf(origins)), "write a list").min(1, "name an origin"),
    examples: Examples,
  },
  "write a map of action, confidence, origins and examples",
);

export const RuleSchema = z.strictObject(
  {
    id: z.uuid("write a fresh UUID"),
    title: Text.max(256, "shorten to 256 characters"),
    status: z.enum(["experimental", "test", "stable"], oneOf(["experimental", "test", "stable"])),
    level: z.enum(levels, oneOf(levels)),
    description: Text,
    /** Which log a rule of Sigma reads. Ours read one: what comes in over MQTT. */
    logsource: z.strictObject(
      {
        product: z.literal("mqtt-sentinel", 'write "mqtt-sentinel"'),
        category: z.literal("message", 'write "message"'),
      },
      "write a map of product and category",
    ),
    tags: z
      .array(z.string().regex(/^attack\.t\d{4}(\.\d{3})?$/, "write a technique as attack.t1190"))
      .min(1, "name at least one technique"),
    detection: Detection,
    falsepositives: z.array(Text, "write a list of texts").min(1, "name at least one"),
    sentinel: SentinelBlock,
  },
  "write a map",
);

export const PackManifestSchema = z.strictObject(
  {
    name: z.string("write text").regex(/^[a-z][a-z0-9-]{0,62}$/, "use lower case, digits, dashes"),
    version: z.string("quote the version").regex(/^\d+\.\d+\.\d+$/, "use major.minor.patch"),
    description: Text,
  },
  "write a map of name, version and description",
);

export type Rule = z.infer<typeof RuleSchema>;
export type Example = z.infer<typeof Example>;
export type PackManifest = z.infer<typeof PackManifestSchema>;

/** A rule and where it was read: what every message about it names. */
export interface RuleDocument extends Rule {
  readonly pack: PackManifest;
  readonly file: string;
}

/** The message that an example is. */
export function messageOf(example: Example): {
  readonly text: string;
  readonly envelope: Envelope;
} {
  if (typeof example === "string") return { text: example, envelope: noEnvelope };
  return {
    text: example.payload,
    envelope: {
      topic: example["mqtt.publish.topic"],
      clientId: example["mqtt.connect.clientid"],
      qos: example["mqtt.qos"],
    },
  };
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** `where` names the file and the rule; every problem is one line that starts with it. */
export function parseWith<T>(schema: z.ZodType<T>, where: string, raw: unknown): Parsed<T> {
  const result = schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.map((issue) => problemOf(where, issue, raw)) };
}

function problemOf(where: string, issue: z.core.$ZodIssue, raw: unknown): string {
  if (issue.code === "unrecognized_keys") {
    const keys = [...issue.path.map(String), issue.keys.join(", ")].join(".");
    return `${where}: ${keys}: is not a known key; remove it or correct its spelling`;
  }
  const advice =
    issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const key = issue.path.map(String).join(".") || "document";
  return `${where}: ${key}: got ${shown(valueAt(raw, issue.path))}; ${advice}`;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
