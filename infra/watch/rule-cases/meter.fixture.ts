import type { RuleCase } from "./rule-case.fixture.ts";

const cutOffs = `sentinel_auth_cut_offs_total{replica="auth-a",limit="messages"}`;
const unanswered = `sentinel_meter_cut_off_request_failures_total{replica="meter-0"}`;
const closing = `sentinel_auth_cut_off_closing_failures_total{replica="auth-a"}`;
const withheld = `sentinel_auth_cut_offs_withheld_total{replica="auth-a",cause="limit"}`;
const unclosed = `sentinel_auth_cut_off_closings_withheld_total{replica="auth-a"}`;
const interruptions = `sentinel_meter_interruptions_total{replica="meter-0"}`;

const shed = `sentinel_report_gate_shed_reports_total{replica="nats-edge-3",reason="no-room"}`;
const held = `sentinel_report_gate_held_bytes{replica="nats-edge-3"}`;

const silent = `sentinel_report_gate_silent_lines{replica="nats-edge-3"}`;
const unseen = `sentinel_report_gate_silent_lines_failures_total{replica="nats-edge-3"}`;

export const meterCases: readonly RuleCase[] = [
  {
    alert: "SentinelMeterDevicesCutOff",
    fires: [{ series: { [cutOffs]: "0+2x20" }, at: 15 }],
    quiet: [{ series: { [cutOffs]: "5x10 6x20" }, at: 20 }],
  },
  {
    alert: "SentinelMeterFloodersNotCutOff",
    fires: [
      { series: { [unanswered]: "0+2x20", [closing]: "0x20" }, at: 10 },
      { series: { [unanswered]: "0x20", [closing]: "0+2x20" }, at: 10 },
    ],
    quiet: [{ series: { [unanswered]: "0x5 1x20", [closing]: "0x25" }, at: 10 }],
  },
  {
    alert: "SentinelMeterCutOffsWithheld",
    fires: [
      { series: { [withheld]: "0x5 20x20", [unclosed]: "0x25" }, at: 7 },
      { series: { [withheld]: "0x25", [unclosed]: "0x5 20x20" }, at: 7 },
    ],
    quiet: [{ series: { [withheld]: "0x5 20x20", [unclosed]: "0x25" }, at: 15 }],
  },
  {
    alert: "SentinelMeterInterrupted",
    fires: [{ series: { [interruptions]: "0+1x40" }, at: 35 }],
    quiet: [{ series: { [interruptions]: "0x10 1x30" }, at: 35 }],
  },
  {
    alert: "SentinelReportsLost",
    fires: [{ series: { [shed]: "0x10 1x20" }, at: 15 }],
    quiet: [{ series: { [shed]: "0x2 5x30" }, at: 20 }],
  },
  {
    alert: "SentinelReportsHeld",
    fires: [{ series: { [held]: "20000000x20" }, at: 12 }],
    quiet: [{ series: { [held]: "20000000x3 0x20" }, at: 12 }],
  },
  {
    alert: "SentinelSilentLinesStay",
    fires: [
      { series: { [silent]: "0x5 500x30", [unseen]: "0x40" }, at: 30 },
      { series: { [silent]: "0x40", [unseen]: "0+2x40" }, at: 30 },
    ],
    // A few at each look are ended at each look.
    quiet: [{ series: { [silent]: "40x40", [unseen]: "0x10 1x30" }, at: 30 }],
  },
];
