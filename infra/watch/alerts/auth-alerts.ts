import type { RefusalCode } from "../../../app/auth/callout/refusal.ts";
import { overInBoth, quantileOf } from "../queries.ts";
import { targets } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

/** Refusals through no fault of the device. */
const undeserved: readonly RefusalCode[] = [
  "request-expired",
  "overloaded",
  "registry-unavailable",
  "record-damaged",
  "audit-unavailable",
  // The edge did not ask for one.
  "certificate-missing",
];
/** Refusals that are the device's own fault, or an attacker's. */
const deserved: readonly RefusalCode[] = [
  "rate-limited",
  "locked-out",
  "bad-secret",
  "unknown-client",
  "user-mismatch",
  "inactive",
  "invalid-client-id",
  "certificate-mismatch",
  "certificate-unpinned",
  "certificate-expired",
  "certificate-unreadable",
];

const decisions = (codes?: readonly RefusalCode[]) =>
  `sum(rate(sentinel_auth_decisions_total${codes ? `{code=~"${codes.join("|")}"}` : ""}[5m]))`;

/** A part of the logins, where there are enough of them to speak of parts. */
const share = (codes: readonly RefusalCode[], least: { part: number; perSecond: number }) =>
  `${decisions(codes)} / ${decisions()} > ${least.part} and ${decisions(codes)} > ${least.perSecond}`;

/** Half of `AUDIT_OUTBOX_RECORDS` and of `AUDIT_OLDEST_SECONDS` as they are unless set. */
const outboxLimit = { records: 5_000, oldestSeconds: 2.5 };

/** Whether devices get in, fast, and who is turned away. */
export const authAlerts: readonly Alert[] = [
  {
    name: "SentinelAuthLatencyHigh",
    severity: "warning",
    // With less than one login per second a single slow one would be the P99.
    when: `(${overInBoth((window) => quantileOf(0.99, "sentinel_auth_decision_seconds", window), targets.authSeconds)}) and on () ${decisions()} > 1`,
    lasting: "2m",
    summary: "Logins are decided within {{ $value | humanizeDuration }} (P99)",
    impact: `The target is ${targets.authSeconds * 1000} ms; after 2 s nats-server gives a login up.`,
  },
  {
    name: "SentinelAuthDevicesTurnedAway",
    severity: "critical",
    when: share(undeserved, { part: 0.01, perSecond: 0.1 }),
    lasting: "2m",
    summary: "{{ $value | humanizePercentage }} of the logins fail through no fault of the device",
    impact: "Devices that should be connected are not. They try again.",
  },
  {
    name: "SentinelAuthRefusalsSurge",
    severity: "warning",
    when: share(deserved, { part: 0.1, perSecond: 1 }),
    lasting: "10m",
    summary:
      "{{ $value | humanizePercentage }} of the logins are refused for their credentials or by a limit",
    impact: "An attack on credentials, or devices with wrong ones after a rollout.",
  },
  {
    name: "SentinelAuthAuditBacklog",
    severity: "critical",
    when: `max by (replica) (sentinel_auth_audit_outbox_records) > ${outboxLimit.records} or max by (replica) (sentinel_auth_audit_oldest_seconds) > ${outboxLimit.oldestSeconds}`,
    lasting: "1m",
    summary: "{{ $labels.replica }} cannot store its audit records as fast as it decides",
    impact:
      "Nobody is admitted unrecorded: when its outbox is full, this replica refuses every login.",
  },
  {
    name: "SentinelAuthRegistryUnreadable",
    severity: "warning",
    when: "sum(rate(sentinel_auth_registry_read_failures_total[5m])) > 0.1",
    lasting: "5m",
    summary: "{{ $value | humanize }} reads of the device table fail per second",
    impact: "Known devices are admitted from the cache for up to an hour; all others are refused.",
  },
];
