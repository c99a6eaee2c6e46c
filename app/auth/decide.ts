import { isClientId } from "../contract/client-id.ts";
import type { DeviceRecord } from "../registry/device-record.ts";
import { verifySecret } from "../registry/secret.ts";
import type { CalloutRequest } from "./callout-request.ts";

/** Why a connection was turned away: what log, metrics and audit say. */
export const refusalCodes = [
  "malformed-request",
  "request-expired",
  "not-mqtt",
  "invalid-client-id",
  "user-mismatch",
  "unknown-client",
  "bad-secret",
  "inactive",
  "registry-unavailable",
  "audit-unavailable",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Refusals that say nothing about the device: it may well be admitted a moment later. */
const passing: ReadonlySet<RefusalCode> = new Set([
  "request-expired",
  "registry-unavailable",
  "audit-unavailable",
]);

/**
 * What the server is told, and what its log shows. One word for every failure that depends on the
 * credentials, so that nobody learns which ids exist.
 */
export function spokenRefusal(code: RefusalCode): "refused" | "unavailable" {
  return passing.has(code) ? "unavailable" : "refused";
}

/** What the registry knows about an id. */
export type Lookup =
  | { readonly kind: "found"; readonly record: DeviceRecord }
  | { readonly kind: "absent" }
  | { readonly kind: "unavailable" };

export type Decision =
  | { readonly outcome: "admit"; readonly record: DeviceRecord }
  | { readonly outcome: "refuse"; readonly code: RefusalCode };

const refuse = (code: RefusalCode): Decision => ({ outcome: "refuse", code });

/** What can be said without the registry. Undefined: it has to be asked. */
export function screen(request: CalloutRequest, nowMs: number): Decision | undefined {
  // The server cuts its deadline to whole seconds; only when that second is over it is sure.
  if (nowMs >= request.expiresAt + 1_000) return refuse("request-expired");
  if (request.transport !== "mqtt") return refuse("not-mqtt");
  if (!isClientId(request.clientId)) return refuse("invalid-client-id");
  if (request.userName !== request.clientId) return refuse("user-mismatch");
  return undefined;
}

/**
 * Judges a screened request. The secret comes before the status, so that `inactive` in the audit
 * always means that somebody holds the device's own secret.
 */
export function decide(request: CalloutRequest, lookup: Lookup): Decision {
  if (lookup.kind === "unavailable") return refuse("registry-unavailable");
  if (lookup.kind === "absent") return refuse("unknown-client");
  const { record } = lookup;
  if (!verifySecret(request.password, record.secret)) return refuse("bad-secret");
  if (record.status !== "active") return refuse("inactive");
  return { outcome: "admit", record };
}
