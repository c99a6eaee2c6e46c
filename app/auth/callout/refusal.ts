/** Why a connection was turned away: what log, metrics and audit say. */
export const refusalCodes = [
  "malformed-request",
  "request-too-large",
  "request-expired",
  "rate-limited",
  "locked-out",
  "cut-off",
  "barred",
  "not-mqtt",
  "invalid-client-id",
  "user-mismatch",
  "unknown-client",
  "bad-secret",
  "certificate-missing",
  "certificate-unreadable",
  "certificate-mismatch",
  "certificate-expired",
  "certificate-unpinned",
  "inactive",
  "record-damaged",
  "overloaded",
  "registry-unavailable",
  "audit-unavailable",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Refusals before anything was looked at: the next one says no more than the one before. */
export const limitCodes: ReadonlySet<RefusalCode> = new Set([
  "request-too-large",
  "rate-limited",
  "locked-out",
  "cut-off",
  "barred",
  "overloaded",
  "request-expired",
]);

/** Refusals that say nothing about the device: it may well be admitted a moment later. */
const passing: ReadonlySet<RefusalCode> = new Set([
  "request-expired",
  "rate-limited",
  "cut-off",
  "overloaded",
  "registry-unavailable",
  "audit-unavailable",
]);

/**
 * What the server is told, and what its log shows. One word for every failure that depends on the
 * credentials, so that nobody learns which ids exist. A lock-out says the same word, or it would
 * tell how many guesses are free.
 */
export function spokenRefusal(code: RefusalCode): "refused" | "unavailable" {
  return passing.has(code) ? "unavailable" : "refused";
}

export type Refusal = { readonly outcome: "refuse"; readonly code: RefusalCode };

export const refuse = (code: RefusalCode): Refusal => ({ outcome: "refuse", code });
