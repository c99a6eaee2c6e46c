import { type Envelope, noEnvelope } from "../envelope.ts";
import type { Leaf } from "../leaf.ts";
import { isText } from "../payload-text.ts";
import { jsonPrefix } from "./field-key.ts";
import { jsonStates } from "./json-states.ts";
import { isJson, jsonTextOf } from "./json-text.ts";
import { type FieldValue, type JsonValues, readJson } from "./json-values.ts";
import { type ValueTest, valueTest } from "./value-test.ts";

/** The leaves that ask for a field, of one message after the other. */
export interface FieldTests {
  /** Turns to a message. */
  begin(payload: Uint8Array, envelope: Envelope): void;
  /** Whether the leaf of this index is true of it. Nothing is read before it is asked for. */
  holds(leaf: number): boolean;
  /** Whether its JSON may hold keys that do not stand in it as they are called. */
  hidesKeys(): boolean;
  /** Whether its JSON was looked at, and not to its end. */
  readonly cut: boolean;
}

type Source = (message: {
  json(): JsonValues;
  readonly envelope: Envelope;
}) => readonly FieldValue[];

const none: readonly FieldValue[] = [];
const nothing: JsonValues = { found: new Map(), cut: false };
const [unknown, held, missed] = [0, 1, 2] as const;

export function createFieldTests(leaves: readonly Leaf[]): FieldTests {
  const fields = leaves.map(({ field }) => field).filter((field) => field.startsWith(jsonPrefix));
  const paths = [...new Set(fields)];
  const start = jsonStates(paths.map(pathOf));
  const tests = leaves.map((leaf) => leafTest(leaf, sourceOf(leaf.field, paths)));
  const answers = new Uint8Array(leaves.length);
  let message: { readonly payload: Uint8Array; readonly envelope: Envelope } = {
    payload: new Uint8Array(0),
    envelope: noEnvelope,
  };
  let json: JsonValues | undefined;
  const view = {
    json: () => {
      json ??= isJson(message.payload) ? readJson(jsonTextOf(message.payload), start()) : nothing;
      return json;
    },
    get envelope() {
      return message.envelope;
    },
  };
  return {
    begin(payload, envelope) {
      message = { payload, envelope };
      json = undefined;
      answers.fill(unknown);
    },
    holds(leaf) {
      if (answers[leaf] === unknown) answers[leaf] = tests[leaf]?.(view) ? held : missed;
      return answers[leaf] === held;
    },
    hidesKeys() {
      const { payload } = message;
      if (!isJson(payload)) return false;
      return hasEscapedKeys(payload) || !isText(payload);
    },
    get cut() {
      return json?.cut ?? false;
    },
  };
}

function leafTest(leaf: Leaf, source: Source): (message: Parameters<Source>[0]) => boolean {
  if (leaf.modifier === "exists") return (message) => source(message).length > 0 === leaf.value;
  const test: ValueTest = valueTest(leaf);
  return (message) => source(message).some(test);
}

function sourceOf(field: string, paths: readonly string[]): Source {
  const path = paths.indexOf(field);
  if (path >= 0) return (message) => message.json().found.get(path) ?? none;
  switch (field) {
    case "mqtt.publish.topic":
      return ({ envelope }) => textOf(envelope.topic);
    case "mqtt.connect.clientid":
      return ({ envelope }) => textOf(envelope.clientId);
    case "mqtt.qos":
      return ({ envelope: { qos } }) =>
        qos === undefined ? none : [{ kind: "number", text: String(qos) }];
  }
  throw new Error(`there is no field "${field}"`);
}

const textOf = (text: string | undefined): readonly FieldValue[] =>
  text === undefined ? none : [{ kind: "text", text }];

/** The names of a field's path, as they are compared. */
export const pathOf = (field: string): readonly string[] =>
  field.slice(jsonPrefix.length).toLowerCase().split(".");

/** The name that a path ends in: what has none like it has no value there. */
export const lastName = (field: string): string => pathOf(field).at(-1) ?? "";

const backslash = 0x5c;
/** Behind a backslash these make what no key that is asked for holds. */
const isNoName = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** Whether an escape may stand for a letter of a key, as `\\u0061` does, or, to some, `\\a`. */
function hasEscapedKeys(payload: Uint8Array): boolean {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  let at = bytes.indexOf(backslash);
  while (at >= 0 && isNoName[bytes[at + 1] ?? 0] === 1) at = bytes.indexOf(backslash, at + 2);
  return at >= 0;
}
