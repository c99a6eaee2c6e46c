import { stringify } from "yaml";
import type { Exception, ExceptionScope } from "./exception.ts";

/** An exception for Sigma, or why it cannot be said there. */
export type SigmaFilter =
  | { readonly filter: string; readonly leftOut?: never }
  | { readonly filter?: never; readonly leftOut: string };

const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Sigma has no severity of findings to select by: they have the level of their rule. */
const levelUnknown =
  "# Hides no critical findings here. The level of its rule is not known: leave it out if that is critical.\n";

/** The fields of a finding, as Sigma selects by them: `cased`, because Sigma ignores case otherwise. */
function selectionOf({ client, label, origin }: ExceptionScope) {
  return {
    ...(client?.endsWith("*") === true
      ? { "client_id|startswith|cased": client.slice(0, -1) }
      : client !== undefined && { "client_id|cased": client }),
    // Of a list: one of its elements is this label.
    ...(label !== undefined && { "labels|cased": label }),
    ...(origin !== undefined && { "origin|cased": origin }),
  };
}

/**
 * An exception as a Sigma filter rule: YAML of one document. What Sigma does not know is under
 * `sentinel`. What would hide more as a filter than it does here is left out.
 *
 * @param level of its rule; undefined when that is not known.
 */
export function sigmaFilter(exception: Exception, level: string | undefined): SigmaFilter {
  const { id, kind, scope, reason, addedBy, addedAt, critical, expiresAt } = exception;
  if (kind === "silence")
    return { leftOut: "a silence tells nobody, a Sigma filter finds nothing" };
  if (!critical && level === "critical") {
    return { leftOut: "its rule is critical, and it hides no critical findings" };
  }
  const filter = stringify({
    title: `Exception of ${scope.rule}`.slice(0, 256),
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
  return { filter: !critical && level === undefined ? `${levelUnknown}${filter}` : filter };
}
