import type { RuleCase } from "./rule-case.fixture.ts";

const lag = (partition: number) =>
  `sentinel_inspector_lag_messages{process="inspector",partition="${partition}"}`;
const ingress = (metric: string) =>
  `jetstream_stream_${metric}_bytes{account="INTAKE",stream_name="INGRESS",server_name="nats-core-0"}`;
const owned = (replica: number, process = "inspector") =>
  `sentinel_inspector_partitions_owned{process="${process}",replica="${process}-${replica}"}`;
const held = `sentinel_inspector_held_messages{replica="inspector-0"}`;
const losses = (code: string) => `sentinel_inspector_lease_losses_total{code="${code}"}`;
const replaced = `sentinel_inspector_matching_thread_replacements_total{process="report-inspector",code="late"}`;
const notMatched = `sentinel_inspector_budget_exceeded_messages_total{process="inspector",replica="inspector-0",origin="upstream"}`;
const inspected = (verdict: string, replica = "inspector-0") =>
  `sentinel_inspector_inspected_messages_total{process="inspector",replica="${replica}",origin="upstream",verdict="${verdict}"}`;
const registry = `sentinel_inspector_registry_failures_total{replica="inspector-0"}`;

export const inspectorCases: readonly RuleCase[] = [
  {
    alert: "SentinelIngressLagHigh",
    fires: [{ series: { [lag(0)]: "9000x10", [lag(1)]: "9001x10" }, at: 3 }],
    quiet: [
      { series: { [lag(0)]: "9000x10", [lag(1)]: "9000x10" }, at: 5 },
      { series: { [lag(0)]: "0 50000 50000 0x10" }, at: 3 },
    ],
  },
  {
    alert: "SentinelIngressNearlyFull",
    fires: [{ series: { [ingress("total")]: "750x10", [ingress("limit")]: "1000x10" }, at: 2 }],
    quiet: [
      { series: { [ingress("total")]: "690x10", [ingress("limit")]: "1000x10" }, at: 5 },
      // A stream without a limit.
      { series: { [ingress("total")]: "750x10", [ingress("limit")]: "-1x10" }, at: 5 },
    ],
  },
  {
    alert: "SentinelIngressPartitionUnowned",
    fires: [
      { series: { [owned(0)]: "6x10", [owned(1)]: "5x10" }, at: 2 },
      { series: {}, at: 2 },
      // Others inspect what devices send.
      { series: { [owned(0, "report-inspector")]: "12x10" }, at: 2 },
    ],
    quiet: [
      { series: { [owned(0)]: "6x10", [owned(1)]: "6x10" }, at: 5 },
      { series: { [owned(0)]: "12 0 12x10" }, at: 2 },
    ],
  },
  {
    alert: "SentinelInspectorMessageHeld",
    fires: [{ series: { [held]: "1x10" }, at: 2 }],
    quiet: [{ series: { [held]: "0 1 0x10" }, at: 2 }],
  },
  {
    alert: "SentinelInspectorLeaseLosses",
    fires: [{ series: { [losses("expired")]: "0+1x30", [losses("taken")]: "0x30" }, at: 30 }],
    quiet: [
      { series: { [losses("expired")]: "0x10 6x20", [losses("taken")]: "0x10 6x20" }, at: 30 },
    ],
  },
  {
    alert: "SentinelReportsNotInspected",
    fires: [
      { series: { [owned(0, "report-inspector")]: "11x10" }, at: 7 },
      { series: { [owned(0)]: "12x10" }, at: 7 },
    ],
    quiet: [
      { series: { [owned(0, "report-inspector")]: "12x10" }, at: 7 },
      { series: { [owned(0, "report-inspector")]: "12 0 12x10" }, at: 7 },
    ],
  },
  {
    alert: "SentinelInspectorMatchingFails",
    fires: [{ series: { [replaced]: "0+1x20" }, at: 16 }],
    quiet: [{ series: { [replaced]: "0x10 2x10" }, at: 16 }],
  },
  {
    alert: "SentinelInspectorRulesNotAsked",
    fires: [
      { series: { [notMatched]: "0+30x20", [inspected("tag")]: "0+30x20" }, at: 10 },
      { series: { [notMatched]: "0+30x20", [inspected("tag")]: "0+100x20" }, at: 10 },
      // One of many replicas.
      {
        series: {
          [notMatched]: "0+30x20",
          [inspected("tag")]: "0+30x20",
          [inspected("allow", "inspector-1")]: "0+3000x20",
        },
        at: 10,
      },
    ],
    quiet: [
      // Few among many, and few at all.
      { series: { [notMatched]: "0+30x20", [inspected("allow")]: "0+300x20" }, at: 10 },
      { series: { [notMatched]: "0+1x20", [inspected("tag")]: "0+1x20" }, at: 10 },
      { series: { [notMatched]: "0x20", [inspected("allow")]: "0x20" }, at: 10 },
    ],
  },
  {
    alert: "SentinelInspectorRegistryUnanswered",
    fires: [{ series: { [registry]: "0+12x20" }, at: 15 }],
    quiet: [{ series: { [registry]: "0+5x20" }, at: 15 }],
  },
];
