import type { Alert } from "./alert-rule.ts";

const waiting = "max(sentinel_archive_waiting_seconds)";
const failing = "sum(increase(sentinel_archive_failures_total[10m]))";

/** Whether what AUDIT holds is also where nobody can change it. */
export const archiveAlerts: readonly Alert[] = [
  {
    name: "SentinelAuditArchiveLate",
    severity: "warning",
    when: `${waiting} > 900 or ${failing} > 20`,
    lasting: "5m",
    summary: "Audit records are not being archived",
    impact:
      "None for devices. What is not archived yet could be changed by whoever has the NATS servers, and found by the chains only.",
  },
  {
    name: "SentinelAuditArchiveStopped",
    severity: "critical",
    // AUDIT keeps records for 400 days: there is time, and no reason to let it come near.
    when: `${waiting} > 86400`,
    lasting: "0s",
    summary: "Audit records have waited for the archive for {{ $value | humanizeDuration }}",
    impact: "Once AUDIT has dropped them by their age, the archive has a gap for good.",
  },
  {
    name: "SentinelAuditContradicted",
    severity: "critical",
    when: "sum by (kind) (increase(sentinel_archive_contradictions_total[1h])) > 0",
    lasting: "0s",
    summary: "AUDIT and its archive contradict each other: {{ $labels.kind }}",
    impact: "Audit records were lost or taken out, or somebody has written into the archive.",
  },
];
