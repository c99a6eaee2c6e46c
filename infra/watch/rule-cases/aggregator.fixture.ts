import type { RuleCase } from "./rule-case.fixture.ts";

const active = (replica: number) => `sentinel_aggregator_active{replica="aggregator-${replica}"}`;
const behind = `sentinel_aggregator_behind_findings{replica="aggregator-0"}`;
const failures = `sentinel_aggregator_failures_total{replica="aggregator-0"}`;
const findings = (outcome: string) =>
  `sentinel_aggregator_findings_total{replica="aggregator-0",outcome="${outcome}"}`;
const canary = (replica: number) =>
  `sentinel_aggregator_canary_age_seconds{replica="aggregator-${replica}"}`;
const labels = `sentinel_aggregator_label_failures_total{replica="aggregator-0"}`;
const waiting = `sentinel_aggregator_notice_waiting_seconds{receiver="desk"}`;
const refused = `sentinel_aggregator_notices_total{receiver="desk",outcome="refused"}`;
const lost = (missed: string, unreadable: string) => ({
  [findings("missed")]: missed,
  [findings("unreadable")]: unreadable,
});

const withheld = (mode: string) =>
  `sentinel_auth_bars_withheld_total{replica="auth-a",cause="limit",mode="${mode}"}`;
const barsFailing = (unanswered: string, unstored: string, open: string) => ({
  [`sentinel_aggregator_bar_failures_total{replica="aggregator-0"}`]: unanswered,
  [`sentinel_auth_bar_failures_total{replica="auth-a"}`]: unstored,
  [`sentinel_auth_bar_closing_failures_total{replica="auth-a"}`]: open,
});

export const aggregatorCases: readonly RuleCase[] = [
  {
    alert: "SentinelIncidentsNotCounted",
    fires: [
      { series: { [active(0)]: "0x20", [active(1)]: "0x20" }, at: 10 },
      { series: { up: "1x20" }, at: 10 },
      { series: { [active(0)]: "1x20", [behind]: "20000x20" }, at: 10 },
    ],
    quiet: [{ series: { [active(0)]: "0x20", [active(1)]: "1x20", [behind]: "9000x20" }, at: 10 }],
  },
  {
    alert: "SentinelIncidentsBeginAgain",
    fires: [{ series: { [failures]: "0+1x30" }, at: 20 }],
    quiet: [{ series: { [failures]: "0x10 2x30" }, at: 20 }],
  },
  {
    alert: "SentinelIncidentsUngrouped",
    fires: [{ series: { [findings("ungrouped")]: "0x5 1x20" }, at: 10 }],
    quiet: [{ series: { [findings("ungrouped")]: "0x5 1x30" }, at: 25 }],
  },
  {
    alert: "SentinelCanaryNotSeen",
    fires: [{ series: { [canary(0)]: "0+60x30", [canary(1)]: "0x30" }, at: 20 }],
    quiet: [{ series: { [canary(0)]: "0+60x14 0+60x14", [canary(1)]: "0x30" }, at: 20 }],
  },
  {
    alert: "SentinelLabelsUnknown",
    fires: [{ series: { [labels]: "0x5 0+1x20" }, at: 20 }],
    quiet: [{ series: { [labels]: "0x5 2x30" }, at: 15 }],
  },
  {
    alert: "SentinelBarsWithheld",
    fires: [{ series: { [withheld("enforce")]: "0x5 1x20" }, at: 10 }],
    quiet: [
      { series: { [withheld("enforce")]: "0x5 1x30" }, at: 25 },
      { series: { [withheld("observe")]: "0x5 1x20" }, at: 10 },
    ],
  },
  {
    alert: "SentinelBarsFailing",
    fires: [
      { series: barsFailing("0+1x20", "0x20", "0x20"), at: 10 },
      { series: barsFailing("0x20", "0x20", "0+1x20"), at: 10 },
    ],
    quiet: [{ series: barsFailing("0x5 1x20", "0x25", "0x25"), at: 10 }],
  },
  {
    alert: "SentinelNoticesWaiting",
    fires: [{ series: { [waiting]: "0+60x20" }, at: 10 }],
    quiet: [{ series: { [waiting]: "0x5 0+60x4 0x10" }, at: 15 }],
  },
  {
    alert: "SentinelNoticesRefused",
    fires: [{ series: { [refused]: "0x5 1x20" }, at: 10 }],
    quiet: [{ series: { [refused]: "0x5 1x100" }, at: 90 }],
  },
  {
    alert: "SentinelFindingsMissed",
    fires: [
      { series: lost("0x5 7x80", "0x85"), at: 30 },
      { series: lost("0x85", "0x5 1x80"), at: 30 },
    ],
    quiet: [{ series: lost("0x5 7x120", "0x125"), at: 90 }],
  },
];
