import { isObject, isUnknown, type Properties, type Value } from "./property-values.ts";
import type { DeclaredProperties } from "./sdk/interfaces.ts";
import type { Sdk } from "./sdk/sdk.ts";
import type { Shape } from "./sdk/shape.ts";

/** Why a provider refuses an input. `property` is a path: `spec.template.spec.containers[0].env`. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Finds the nested types of one SDK. */
type Nested = (name: string) => DeclaredProperties;

/**
 * Holds inputs against what the SDK declares: names, required ones, and the kind of each value. TypeScript
 * checks the same at compile time, except behind casts, spreads and generated objects.
 * `inputs` must be plain (no secret marks); what is unknown yet passes.
 */
export function failuresOf(sdk: Sdk, type: string, inputs: Properties): Failure[] {
  const [packageName = ""] = type.split(":");
  const resource = sdk.resourceOf(type);
  if (!resource) {
    if (isCustomObject(sdk, type)) return customObjectFailures(inputs);
    return [{ property: "", reason: `@pulumi/${packageName} has no resource type ${type}` }];
  }
  return objectFailures(inputs, resource.inputs, "", (name) => sdk.nestedOf(packageName, name));
}

/** A Kubernetes type that comes with an extension: its group is none of the SDK's. */
export const isCustomObject = (sdk: Sdk, type: string): boolean =>
  type.startsWith("kubernetes:") &&
  /^kubernetes:[^:]+\/[^:]+:\w+$/.test(type) &&
  !sdk.hasModule(type);

function customObjectFailures(inputs: Properties): Failure[] {
  return ["apiVersion", "kind", "metadata"]
    .filter((name) => inputs[name] === undefined)
    .map((property) => ({ property, reason: "every Kubernetes object needs it" }));
}

function objectFailures(
  value: Properties,
  declared: DeclaredProperties,
  path: string,
  nested: Nested,
): Failure[] {
  const at = (name: string) => (path ? `${path}.${name}` : name);
  const unknownNames = Object.keys(value)
    .filter((name) => !declared.has(name) && !name.startsWith("__"))
    .map((name) => ({ property: at(name), reason: "the SDK's type has no such property" }));
  const rest = [...declared].flatMap(([name, { shape, required }]) => {
    const each = value[name];
    if (each !== undefined) return valueFailures(each, shape, at(name), nested);
    return required ? [{ property: at(name), reason: "is required" }] : [];
  });
  return [...unknownNames, ...rest];
}

function valueFailures(value: Value, shape: Shape, path: string, nested: Nested): Failure[] {
  if (isUnknown(value)) return [];
  switch (shape.kind) {
    case "any":
      return [];
    case "literal":
      return value === shape.value ? [] : [mismatch(path, `"${shape.value}"`, value)];
    case "list":
      if (!Array.isArray(value)) return [mismatch(path, "a list", value)];
      return value.flatMap((each: Value, index) =>
        valueFailures(each, shape.of, `${path}[${index}]`, nested),
      );
    case "map":
      if (!isObject(value)) return [mismatch(path, "an object", value)];
      return Object.entries(value).flatMap(([name, each]) =>
        each === undefined ? [] : valueFailures(each, shape.of, `${path}["${name}"]`, nested),
      );
    case "object":
      if (!isObject(value)) return [mismatch(path, "an object", value)];
      return objectFailures(value, nested(shape.name), path, nested);
    case "union": {
      const tries = shape.of.map((each) => valueFailures(value, each, path, nested));
      return tries.find((failures) => failures.length === 0) ?? tries.at(-1) ?? [];
    }
    default:
      return typeof value === shape.kind ? [] : [mismatch(path, `a ${shape.kind}`, value)];
  }
}

function mismatch(property: string, wanted: string, value: Value): Failure {
  const kind = isObject(value) ? "an object" : `a ${typeof value}`;
  const got = Array.isArray(value) ? "a list" : value === null ? "null" : kind;
  return { property, reason: `must be ${wanted}, got ${got}` };
}
