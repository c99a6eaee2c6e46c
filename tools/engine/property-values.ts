import struct, {
  type JavaScriptValue,
  type Struct,
} from "google-protobuf/google/protobuf/struct_pb.js";

/** A property as the engine sends it: JSON in which some objects and strings have a meaning. */
export type Value = null | boolean | number | string | readonly Value[] | Properties;
export interface Properties {
  readonly [name: string]: Value | undefined;
}

/** Stands for what is not known before the deployment. One per type, but a string serves for all. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns: ReadonlySet<unknown> = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
export const isUnknown = (value: unknown): boolean => unknowns.has(value);

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Marked so, the engine encrypts the value in the state and hides it on the screen. */
export const secret = (value: Value): Properties => ({ [signature]: secretSignature, value });
export const isSecret = (value: Properties): boolean => value[signature] === secretSignature;

export const isObject = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The same without secret marks and without absent entries, for comparing and computing. */
export function plain(properties: Properties): Properties {
  return plainValue(properties) as Properties;
}

function plainValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isObject(value)) return value;
  if (isSecret(value)) return plainValue(value["value"] ?? null);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      each === null || each === undefined ? [] : [[name, plainValue(each)]],
    ),
  );
}

export function fromStruct(message: Struct | undefined): Properties {
  return (message?.toJavaScript() ?? {}) as unknown as Properties;
}

export function toStruct(properties: Properties): Struct {
  return struct.Struct.fromJavaScript(
    withoutUndefined(properties) as Record<string, JavaScriptValue>,
  );
}

function withoutUndefined(value: Value): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      each === undefined ? [] : [[name, withoutUndefined(each)]],
    ),
  );
}
