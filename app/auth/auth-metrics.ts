import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { AuditOutbox } from "../audit/audit-outbox.ts";
import { latencyBuckets } from "../shared/metrics.ts";
import { type CacheResult, cacheResults } from "./cache/device-cache.ts";
import { type RefusalCode, refusalCodes } from "./callout/refusal.ts";

export type AuthMetrics = ReturnType<typeof createAuthMetrics>;

/** Series with known labels start at zero, so that a first failure is seen as a rise. */
export function createAuthMetrics(registry: Registry) {
  const registers = [registry];
  const decisions = new Counter({
    name: "sentinel_auth_decisions_total",
    help: "Connections admitted and refused, by reason",
    labelNames: ["outcome", "code"],
    registers,
  });
  decisions.inc({ outcome: "admit", code: "ok" }, 0);
  for (const code of refusalCodes) decisions.inc({ outcome: "refuse", code }, 0);
  const decisionSeconds = new Histogram({
    name: "sentinel_auth_decision_seconds",
    help: "From receipt of an auth callout to its answer",
    buckets: latencyBuckets,
    registers,
  });
  const lookups = new Counter({
    name: "sentinel_auth_cache_lookups_total",
    help: "How a device's record was come by; stale: the registry could not be read",
    labelNames: ["cache", "result"],
    registers,
  });
  for (const cache of ["login", "status"]) {
    for (const result of cacheResults) lookups.inc({ cache, result }, 0);
  }
  const registryReadSeconds = new Histogram({
    name: "sentinel_auth_registry_read_seconds",
    help: "Duration of one batch read of the device table",
    buckets: latencyBuckets,
    registers,
  });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  return {
    decided: (code: RefusalCode | undefined, seconds: number) => {
      decisions.inc({ outcome: code === undefined ? "admit" : "refuse", code: code ?? "ok" });
      decisionSeconds.observe(seconds);
    },
    lookedUp: (cache: "login" | "status", result: CacheResult) => lookups.inc({ cache, result }),
    registryReadSeconds,
    registryReadFailures: counter(
      "sentinel_auth_registry_read_failures_total",
      "Batch reads of the device table that failed",
    ),
    unreadableItems: counter(
      "sentinel_auth_registry_unreadable_items_total",
      "Reads of table items that are not device records",
    ),
    auditFailures: counter(
      "sentinel_auth_audit_failures_total",
      "Attempts to store an audit record that failed; each is followed by another",
    ),
    auditUnrecorded: counter(
      "sentinel_auth_audit_unrecorded_total",
      "Decisions that are in the audit only as part of a count",
    ),
    watchOutbox: (outbox: AuditOutbox) => {
      const gauge = (name: string, help: string, value: () => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(value());
          },
        });
      gauge(
        "sentinel_auth_audit_outbox_records",
        "Decisions not stored in AUDIT yet",
        () => outbox.size,
      );
      gauge(
        "sentinel_auth_audit_oldest_seconds",
        "Age of the oldest decision that is not stored in AUDIT yet",
        () => outbox.oldestAgeMs / 1000,
      );
    },
  };
}
