import type { RuleCase } from "./rule-case.fixture.ts";

const edge = (metric: string, pod: number) =>
  `gnatsd_varz_${metric}{job="nats-edge",pod="nats-edge-${pod}"}`;
const connections = (pod: number) => edge("connections", pod);

export const edgeCases: readonly RuleCase[] = [
  {
    alert: "SentinelEdgeConnectionsNearMax",
    fires: [
      { series: { [connections(0)]: "91x10", [edge("max_connections", 0)]: "100x10" }, at: 7 },
    ],
    quiet: [
      {
        series: {
          [connections(0)]: "89x10",
          [edge("max_connections", 0)]: "100x10",
          [`gnatsd_varz_connections{job="nats-core",pod="nats-core-0"}`]: "99x10",
          [`gnatsd_varz_max_connections{job="nats-core",pod="nats-core-0"}`]: "100x10",
        },
        at: 9,
      },
    ],
  },
  {
    alert: "SentinelEdgeConnectionsDropped",
    fires: [
      {
        series: { [connections(0)]: "400000x10 100000x10", [connections(1)]: "300000x20" },
        at: 14,
      },
    ],
    quiet: [
      // They went to another server.
      {
        series: {
          [connections(0)]: "400000x10 100000x10",
          [connections(1)]: "300000x10 550000x10",
        },
        at: 14,
      },
      { series: { [connections(0)]: "100x10 0x10" }, at: 14 },
    ],
  },
  {
    alert: "SentinelEdgeShareDrift",
    fires: [
      { series: { [connections(0)]: "826000x90" }, at: 70 },
      { series: { [connections(0)]: "600000x90" }, at: 70 },
    ],
    quiet: [
      { series: { [connections(0)]: "820000x90" }, at: 70 },
      { series: { [connections(0)]: "900000x50 750000x40" }, at: 70 },
    ],
  },
];
