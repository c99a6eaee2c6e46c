import type { RuleCase } from "./rule-case.fixture.ts";

const waiting = `sentinel_archive_waiting_seconds{replica="archive-0"}`;
const failures = `sentinel_archive_failures_total{replica="archive-0",at="store"}`;
const contradictions = (kind: string) =>
  `sentinel_archive_contradictions_total{replica="archive-0",kind="${kind}"}`;

export const archiveCases: readonly RuleCase[] = [
  {
    alert: "SentinelAuditArchiveLate",
    fires: [
      { series: { [waiting]: "0+60x40", [failures]: "0x40" }, at: 30 },
      { series: { [waiting]: "0x40", [failures]: "0+6x40" }, at: 30 },
    ],
    quiet: [{ series: { [waiting]: "61x40", [failures]: "0+1x40" }, at: 30 }],
  },
  {
    alert: "SentinelAuditArchiveStopped",
    fires: [{ series: { [waiting]: "86000+100x10" }, at: 8 }],
    quiet: [{ series: { [waiting]: "80000+60x10" }, at: 8 }],
  },
  {
    alert: "SentinelAuditContradicted",
    fires: [
      { series: { [contradictions("stream-ends-before")]: "0x5 1x20" }, at: 10 },
      { series: { [contradictions("records-missing")]: "0x5 1x20" }, at: 40 },
    ],
    quiet: [{ series: { [contradictions("stream-made-anew")]: "0x5 3x120" }, at: 80 }],
  },
];
