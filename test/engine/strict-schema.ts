/** A schema of OpenAPI 3 as Kubernetes writes it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
}

const intOrString = { anyOf: [{ type: "integer" }, { type: "string" }] };

/**
 * The same schema, in which an object takes no field that it does not name.
 *
 * The branches of `allOf`, `anyOf` and `not` are left alone: each names only the fields that it has
 * something to say about.
 */
export function strictly(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, ...rest } = schema;
  if (schema["x-kubernetes-int-or-string"] === true) return { ...intOrString };
  const open =
    additionalProperties !== undefined || schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, strictly(property)]),
      ),
    }),
    ...(items && { items: strictly(items) }),
    ...(properties && !open && { additionalProperties: false }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object"
          ? strictly(additionalProperties)
          : additionalProperties,
    }),
  };
}
