import type { Exception } from "./exception.ts";
import type { ExceptionPreview } from "./exception-preview.ts";

const iso = (ms: number) => new Date(ms).toISOString();

/** An exception as people and programs are shown it; times are ISO 8601. */
export function exceptionView(exception: Exception) {
  const { id, kind, region, scope, reason, critical, addedBy, findings } = exception;
  const { lastMatched, end } = exception;
  return {
    ...{ id, kind, region, scope, reason, critical, addedBy },
    addedAt: iso(exception.addedAt),
    expiresAt: iso(exception.expiresAt),
    findings,
    ...(lastMatched !== undefined && { lastMatched: iso(lastMatched) }),
    ...(end && { end: { at: iso(end.at), by: end.by, why: end.why } }),
  };
}

export const previewView = ({ since, ...preview }: ExceptionPreview) => ({
  ...preview,
  since: iso(since),
});
