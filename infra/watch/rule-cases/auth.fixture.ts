import { histogram, type RuleCase } from "./rule-case.fixture.ts";

const decisions = (outcome: string, code: string) =>
  `sentinel_auth_decisions_total{outcome="${outcome}",code="${code}"}`;
const admitted = decisions("admit", "ok");
const records = `sentinel_auth_audit_outbox_records{replica="auth-a"}`;
const oldest = `sentinel_auth_audit_oldest_seconds{replica="auth-a"}`;
const failures = `sentinel_auth_registry_read_failures_total{replica="auth-a"}`;
const slow = histogram("sentinel_auth_decision_seconds", { 0.01: 950, 0.015: 1_000 });

export const authCases: readonly RuleCase[] = [
  {
    alert: "SentinelAuthLatencyHigh",
    fires: [{ series: { ...slow, [admitted]: "0+1000x60" }, at: 40 }],
    quiet: [
      {
        series: {
          ...histogram("sentinel_auth_decision_seconds", { 0.01: 995, 0.015: 1_000 }),
          [admitted]: "0+1000x60",
        },
        at: 40,
      },
      { series: { ...slow, [admitted]: "0+30x60" }, at: 40 },
    ],
  },
  {
    alert: "SentinelAuthDevicesTurnedAway",
    fires: [
      {
        series: { [admitted]: "0+970x20", [decisions("refuse", "audit-unavailable")]: "0+30x20" },
        at: 10,
      },
      {
        series: { [admitted]: "0+970x20", [decisions("refuse", "overloaded")]: "0+30x20" },
        at: 10,
      },
    ],
    quiet: [
      {
        series: {
          [admitted]: "0+970x20",
          [decisions("refuse", "registry-unavailable")]: "0+7x20",
          [decisions("refuse", "bad-secret")]: "0+500x20",
          [decisions("refuse", "locked-out")]: "0+500x20",
        },
        at: 10,
      },
    ],
  },
  {
    alert: "SentinelAuthRefusalsSurge",
    fires: [
      {
        series: { [admitted]: "0+800x30", [decisions("refuse", "bad-secret")]: "0+120x30" },
        at: 20,
      },
      {
        series: {
          [admitted]: "0+800x30",
          [decisions("refuse", "locked-out")]: "0+60x30",
          [decisions("refuse", "rate-limited")]: "0+60x30",
        },
        at: 20,
      },
    ],
    quiet: [
      {
        series: { [admitted]: "0+950x30", [decisions("refuse", "bad-secret")]: "0+90x30" },
        at: 20,
      },
      {
        series: {
          [admitted]: "0+800x30",
          [decisions("refuse", "registry-unavailable")]: "0+120x30",
          [decisions("refuse", "overloaded")]: "0+120x30",
        },
        at: 20,
      },
    ],
  },
  {
    alert: "SentinelAuthAuditBacklog",
    fires: [
      { series: { [records]: "5001x10", [oldest]: "0.1x10" }, at: 2 },
      { series: { [records]: "3x10", [oldest]: "3x10" }, at: 2 },
    ],
    quiet: [{ series: { [records]: "5000x10", [oldest]: "2x10" }, at: 5 }],
  },
  {
    alert: "SentinelAuthRegistryUnreadable",
    fires: [{ series: { [failures]: "0+12x20" }, at: 15 }],
    quiet: [{ series: { [failures]: "0+5x20" }, at: 15 }],
  },
];
