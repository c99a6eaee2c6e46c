import type { RuleCase } from "./rule-case.fixture.ts";

const failures = `sentinel_auth_session_closing_failures_total{replica="auth-a"}`;
const swept = (replica: string) =>
  `sentinel_auth_sweep_completed_timestamp_seconds{replica="${replica}"}`;
const faults = `sentinel_auth_sweep_faults_total{replica="auth-a",fault="replaced"}`;

const waiting = `sentinel_auth_moved_sessions_waiting{replica="auth-a"}`;

export const revocationCases: readonly RuleCase[] = [
  {
    alert: "SentinelAuthMovedSessionsWaiting",
    fires: [{ series: { [waiting]: "5000x20" }, at: 15 }],
    quiet: [{ series: { [waiting]: "5000x5 0x20" }, at: 15 }],
  },
  {
    alert: "SentinelAuthSessionsNotClosed",
    fires: [{ series: { [failures]: "0+1x20" }, at: 10 }],
    quiet: [{ series: { [failures]: "3x20" }, at: 10 }],
  },
  {
    alert: "SentinelAuthSweepMissing",
    fires: [{ series: { [swept("auth-a")]: "60x60", [swept("auth-b")]: "0x60" }, at: 50 }],
    quiet: [
      { series: { [swept("auth-a")]: "60x60", [swept("auth-b")]: "0+60x60" }, at: 50 },
      { series: { [swept("auth-a")]: "0x60" }, at: 50 },
    ],
  },
  {
    alert: "SentinelAuthSweepFaults",
    fires: [{ series: { [faults]: "0x10 1x20" }, at: 15 }],
    quiet: [{ series: { [faults]: "4x30" }, at: 15 }],
  },
];
