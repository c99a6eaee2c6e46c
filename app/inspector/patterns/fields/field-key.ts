/** What text may be asked for; each may end in `|all`. */
export const textModifiers = [
  "contains",
  "startswith",
  "endswith",
  "re",
  "re|i",
  "base64offset|contains",
] as const;
export type TextModifier = (typeof textModifiers)[number];

export const numberModifiers = ["gt", "gte", "lt", "lte"] as const;
type NumberModifier = (typeof numberModifiers)[number];

export type Modifier = TextModifier | NumberModifier | "equals" | "cidr" | "exists" | "format";

/** What a key of a selection says: which field, and how it is looked at. */
export interface FieldKey {
  /** `payload` for all that can be read, otherwise one that has values: `alert.…` or `mqtt.…`. */
  readonly field: string;
  readonly modifier: Modifier;
  /** Whether each value must be there, not any of them. */
  readonly all: boolean;
}

/** Suricata's name for what others call the payload. */
const message = "mqtt.publish.message";
export const envelopeFields = ["mqtt.publish.topic", "mqtt.connect.clientid", "mqtt.qos"] as const;
export const jsonPrefix = "alert.";
/** Keys that are no name: any one, and any number of them. */
export const [anyKey, anyKeys] = ["*", "**"] as const;

const escaped = (text: string) => text.replace(/[.|*]/g, "\\$&");
const oneOf = (texts: readonly string[]) => `(?:${texts.map(escaped).join("|")})`;
const name = '[^.|*"\\\\]+';
/** It ends in a name, so that what does not hold the name need not be read as JSON. */
const jsonField = `alert\\.(?:(?:${name}|\\*\\*?)\\.)*${name}`;
const valued = `(?:${oneOf(envelopeFields)}|${jsonField})`;
const text = `\\|${oneOf(textModifiers)}(?:\\|all)?`;
const others = `\\|${oneOf(["cidr", "exists", ...numberModifiers])}`;

/** The keys that a selection may have and that cannot be listed, as regular expressions for editors. */
export const keyPatterns = {
  message: `^${escaped(message)}${text}$`,
  equals: `^${jsonField}$`,
  text: `^${valued}${text}$`,
  cidr: `^${valued}\\|cidr$`,
  number: `^${valued}\\|${oneOf(numberModifiers)}$`,
  exists: `^${valued}\\|exists$`,
} as const;

/** All keys. */
export const anyKeyPattern = new RegExp(
  `^(?:${oneOf(["payload", message])}${text}|payload\\.format|${valued}(?:${text}|${others})?)$`,
);

export const keyAdvice = `use payload, alert.<key.key…>, ${envelopeFields.join(", ")} with |${textModifiers.join(", |")} and |all behind it if wanted, payload.format, or, of alert.… and mqtt.…, the bare field, |cidr, |exists, |${numberModifiers.join(", |")}`;

/** What a key says that has the form above. */
export function parseKey(key: string): FieldKey {
  if (key === "payload.format") return { field: "payload", modifier: "format", all: false };
  const all = key.endsWith("|all");
  const rest = all ? key.slice(0, -"|all".length) : key;
  const bar = rest.indexOf("|");
  const named = bar < 0 ? rest : rest.slice(0, bar);
  return {
    field: named === message ? "payload" : named,
    modifier: bar < 0 ? "equals" : (rest.slice(bar + 1) as Modifier),
    all,
  };
}

export const isTextModifier = (modifier: Modifier): modifier is TextModifier =>
  textModifiers.some((known) => known === modifier);
export const isNumberModifier = (modifier: Modifier): modifier is NumberModifier =>
  numberModifiers.some((known) => known === modifier);
