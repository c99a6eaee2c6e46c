import type { FastifyRequest, FastifySchemaValidationError } from "fastify";
import { printable } from "../../shared/printable.ts";
import type { FieldError } from "./problem.ts";

const [fieldLimit, messageLimit, gotLimit] = [160, 300, 80];

/** Names of the parts of a request, as the API's users know them. */
const parts = {
  body: { name: "body", of: (request) => request.body },
  params: { name: "path", of: (request) => request.params },
  querystring: { name: "query", of: (request) => request.query },
  headers: { name: "header", of: (request) => request.headers },
} as const satisfies Record<string, { name: string; of: (request: FastifyRequest) => unknown }>;

/** What is wrong with which field, for each complaint of a schema. */
export function fieldErrors(
  complaints: readonly FastifySchemaValidationError[],
  context: string | undefined,
  request: FastifyRequest,
): readonly FieldError[] {
  const part = parts[context as keyof typeof parts] ?? parts.body;
  return complaints.map(({ instancePath, message: said = "is not as it must be", params }) => {
    const message = printable(said, messageLimit);
    const path = instancePath.split("/").filter((step) => step !== "");
    const got = shortened(valueAt(part.of(request), path));
    // A strict object is told which of its fields should not be there.
    const { keys } = params as { keys?: readonly string[] };
    const names = [part.name, ...path, ...(keys?.length === 1 ? keys : [])];
    const field = printable(names.join("."), fieldLimit);
    if (keys) return { field, message: "is not known; leave it out" };
    return { field, message, ...(got !== undefined && { got }) };
  });
}

function valueAt(whole: unknown, path: readonly string[]): unknown {
  let value = whole;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function shortened(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : printable(text, gotLimit);
}
