import { isClientId } from "../../contract/client-id.ts";
import { authTimeoutMs } from "../../contract/limits.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import type { CalloutRequest } from "./callout-request.ts";
import type { CredentialRule, Proven } from "./credential-rules.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What the registry knows about an id. `overloaded`: it was not asked, there is no room. */
export type Lookup =
  | { readonly kind: "found"; readonly record: DeviceRecord }
  | { readonly kind: "absent" }
  /** Its item is not a device record, so that nobody can say what it may do. */
  | { readonly kind: "damaged" }
  | { readonly kind: "unavailable" }
  | { readonly kind: "overloaded" };

/** What is held against a request before its credentials are looked at. */
export interface Standing {
  /** Of its address, or of its id at this address. */
  readonly limited?: "rate-limited" | "locked-out" | undefined;
  /** The device sent too much, and is kept out for a while. */
  readonly cutOff?: boolean;
  /** Policy keeps it out of all regions. */
  readonly barred?: boolean;
  /** Nobody is admitted unrecorded: then the registry need not be asked either. */
  readonly auditBlocked: boolean;
}

export interface Admittance extends Omit<Proven, "outcome"> {
  readonly outcome: "admit";
  readonly record: DeviceRecord;
}
export type Decision = Admittance | Refusal;

/** What is the same for all requests of a moment. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What this region demands of devices. */
  readonly rule: CredentialRule;
}

/**
 * How old a request is at least, for a server's clock that agrees with ours. The server cuts its
 * deadline to whole seconds, so it may be up to a second older.
 */
export function leastAgeMs(request: CalloutRequest, nowMs: number): number {
  return nowMs - (request.expiresAt - authTimeoutMs + 1_000);
}

/** What can be said without the registry; the first objection counts. Undefined: it has to be asked. */
export function screen(
  request: CalloutRequest,
  standing: Standing,
  { nowMs, rule }: Circumstances,
): Refusal | undefined {
  // Only what is certainly given up is dropped: no work for nobody.
  if (leastAgeMs(request, nowMs) >= authTimeoutMs) return refuse("request-expired");
  if (standing.limited) return refuse(standing.limited);
  if (request.transport !== "mqtt") return refuse("not-mqtt");
  if (!isClientId(request.clientId)) return refuse("invalid-client-id");
  const flaw = rule.screen(request, nowMs);
  if (flaw) return flaw;
  // Before the secret is looked at: whoever floods may come back as fast as he can.
  if (standing.barred) return refuse("barred");
  if (standing.cutOff) return refuse("cut-off");
  if (standing.auditBlocked) return refuse("audit-unavailable");
  return undefined;
}

/**
 * Judges a screened request. The proof comes before the status, so that `inactive` in the audit
 * always means that somebody holds the device's own secret or certificate.
 */
export function decide(
  request: CalloutRequest,
  lookup: Lookup,
  { nowMs, rule }: Circumstances,
): Decision {
  if (lookup.kind === "overloaded") return refuse("overloaded");
  if (lookup.kind === "unavailable") return refuse("registry-unavailable");
  if (lookup.kind === "absent") return refuse("unknown-client");
  if (lookup.kind === "damaged") return refuse("record-damaged");
  const { record } = lookup;
  const checked = rule.check(request, record, nowMs);
  if (checked.outcome === "refuse") return checked;
  if (record.status !== "active") return refuse("inactive");
  return { ...checked, outcome: "admit", record };
}
