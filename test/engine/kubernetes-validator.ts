import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { ensureKubernetesSchemas, schemaFile } from "../../tools/kubernetes-schemas.ts";
import { eksSchemas } from "./eks-schemas.ts";
import { podMistakes } from "./kubernetes-pods.ts";
import { type JsonSchema, strictly } from "./strict-schema.ts";

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const reference = (name: string) => `kubernetes#/components/schemas/${name}`;
const objectMeta = reference("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/** The schema says "string or number"; this is the grammar that the API server parses. */
const quantitySchema = {
  anyOf: [
    { type: "number" },
    {
      type: "string",
      pattern: "^[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?$",
    },
  ],
};

const keyOf = ({ group, version, kind }: GroupVersionKind) => `${group}/${version}/${kind}`;
const parse = (file: string) =>
  JSON.parse(readFileSync(file, "utf8")) as Record<string, JsonSchema>;

/** Loaded with the first object, since most tests need none of it. */
let loaded: ReturnType<typeof load> | undefined;

function load() {
  ensureKubernetesSchemas();
  const core: Record<string, JsonSchema> = parse(schemaFile.core);
  const kinds = new Map<string, JsonSchema>();
  for (const [name, schema] of Object.entries(core)) {
    const [of, ...others] = (schema["x-kubernetes-group-version-kind"] ?? []) as GroupVersionKind[];
    // Options of deletion and the like carry every group there is.
    if (of && others.length === 0) kinds.set(keyOf(of), { $ref: reference(name) });
  }
  for (const [key, schema] of Object.entries({ ...parse(schemaFile.custom), ...eksSchemas })) {
    kinds.set(key, withMetadata(strictly(schema)));
  }
  const schemas = Object.fromEntries(
    Object.entries(core).map(([name, schema]) => [name, strictly(schema)]),
  );
  schemas[quantity] = quantitySchema;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: "kubernetes", components: { schemas } });
  return { ajv, kinds, compiled: new Map<string, ValidateFunction>() };
}

/** A definition leaves `metadata` open; the API server takes what every object has. */
function withMetadata(schema: JsonSchema): JsonSchema {
  const properties = { ...schema.properties, metadata: { $ref: objectMeta } };
  return { ...schema, properties };
}

function validatorOf(key: string): ValidateFunction | undefined {
  loaded ??= load();
  const known = loaded.compiled.get(key);
  const schema = loaded.kinds.get(key);
  if (known || !schema) return known;
  const validate = loaded.ajv.compile(schema);
  loaded.compiled.set(key, validate);
  return validate;
}

function sentenceOf(error: ErrorObject): string {
  const where = error.instancePath.slice(1).replaceAll("/", ".") || "the object";
  const { additionalProperty, allowedValues } = error.params as Record<string, unknown>;
  if (additionalProperty !== undefined) return `${where}: unknown field "${additionalProperty}"`;
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(", ")}` : "";
  return `${where}: ${error.message}${allowed}`;
}

/**
 * What the API server would refuse in an object, as sentences; none when it would take it.
 *
 * Strict: a field that the schema does not have is a mistake. A kind without a schema is one too.
 * The rules in CEL that some definitions carry are not evaluated.
 */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
export function validateObject(object: any): string[] {
  const { apiVersion, kind } = object ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return ["the object: apiVersion and kind must be strings"];
  }
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const validate = validatorOf(keyOf({ group, version, kind }));
  if (!validate) return [`the object: no schema is known for ${apiVersion} ${kind}`];
  const errors = validate(object) ? [] : (validate.errors ?? []);
  return [...new Set([...errors.map(sentenceOf), ...podMistakes(object)])];
}
