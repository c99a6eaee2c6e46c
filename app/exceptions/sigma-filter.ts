import { stringify } from "yaml";
import type { Exception, ExceptionScope } from "./exception.ts";

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The fields of a finding, as Sigma selects by them. */
function selectionOf({ client, label, origin }: ExceptionScope) {
  return {
    ...(client?.endsWith("*") === true
      ? { "client_id|startswith": client.slice(0, -1) }
      : client !== undefined && { client_id: client }),
    ...(label !== undefined && { "labels|contains": label }),
    ...(origin !== undefined && { origin }),
  };
}

/** An exception as a Sigma filter rule: YAML of one document. What Sigma does not know is under `sentinel`. */
export function sigmaFilter(exception: Exception): string {
  const { id, kind, scope, reason, addedBy, addedAt, critical, expiresAt } = exception;
  return stringify({
    title: `${kind === "silence" ? "Silence" : "Exception"} of ${scope.rule}`.slice(0, 256),
    id,
    description: reason,
    author: addedBy,
    date: date(addedAt),
    logsource: { product: "mqtt-sentinel", category: "message" },
    filter: {
      rules: [scope.rule],
      selection: selectionOf(scope),
      condition: "not selection",
    },
    sentinel: { kind, critical, expires: date(expiresAt) },
  });
}
