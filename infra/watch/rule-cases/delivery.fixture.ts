import { histogram, type RuleCase } from "./rule-case.fixture.ts";

const bridge = "sentinel_bridge_store_seconds";
const inspector = "sentinel_inspector_store_seconds";
const deadLetter = (process: string, replica: number) =>
  `sentinel_${process}_dead_letter_messages_total{process="${process}",replica="${process}-${replica}",reason="invalid-topic"}`;
const inspected = (verdict: string) =>
  `sentinel_inspector_inspected_messages_total{verdict="${verdict}",origin="device"}`;

export const deliveryCases: readonly RuleCase[] = [
  {
    alert: "SentinelDeliveryLatencyHigh",
    fires: [
      {
        // Each half alone would keep the target.
        series: {
          ...histogram(bridge, { 0.02: 9_000, 0.03: 10_000 }),
          ...histogram(inspector, { 0.02: 9_000, 0.03: 10_000 }, 'process="inspector",'),
        },
        at: 40,
      },
    ],
    quiet: [
      {
        series: {
          ...histogram(bridge, { 0.015: 9_000, 0.02: 10_000 }),
          ...histogram(inspector, { 0.02: 9_000, 0.03: 10_000 }, 'process="inspector",'),
        },
        at: 40,
      },
      {
        // Slow for five minutes, which the half hour as a whole does not notice.
        series: {
          ...histogram(inspector, { 0.01: 10_000 }, 'process="inspector",'),
          [`${bridge}_bucket{le="0.02"}`]: "0+10000x60 609900+9900x10",
          [`${bridge}_bucket{le="0.1"}`]: "0+10000x70",
          [`${bridge}_bucket{le="+Inf"}`]: "0+10000x70",
        },
        at: 65,
      },
    ],
  },
  {
    alert: "SentinelDeadLettersRising",
    fires: [{ series: { [deadLetter("inspector", 0)]: "0+1x30" }, at: 20 }],
    quiet: [
      {
        // Each bridge counts what it has stored itself.
        series: {
          [deadLetter("bridge", 0)]: "0x10 5x20",
          [deadLetter("bridge", 1)]: "0x10 3x20",
        },
        at: 20,
      },
    ],
  },
  {
    alert: "SentinelQuarantineSurge",
    fires: [
      {
        series: {
          [inspected("allow")]: "0+900x30",
          [inspected("quarantine")]: "0+60x30",
          [inspected("deny")]: "0+40x30",
        },
        at: 25,
      },
    ],
    quiet: [
      {
        series: { [inspected("allow")]: "0+960x30", [inspected("quarantine")]: "0+40x30" },
        at: 25,
      },
      // A large part of very little.
      { series: { [inspected("allow")]: "0+10x30", [inspected("deny")]: "0+10x30" }, at: 25 },
    ],
  },
];
