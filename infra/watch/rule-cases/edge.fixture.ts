import type { RuleCase } from "./rule-case.fixture.ts";

const edge = (metric: string, pod: number) =>
  `gnatsd_varz_${metric}{job="nats-edge",pod="nats-edge-${pod}"}`;
const connections = (pod: number) => edge("connections", pod);

const fence = (metric: string, namespace = "fence") =>
  `kube_daemonset_status_${metric}{namespace="${namespace}",daemonset="fence"}`;
const edges = `kube_statefulset_replicas{namespace="sentinel",statefulset="nats-edge"}`;
const dropped = `sentinel_fence_dropped_bytes_total{pod="fence-x7k2p"}`;

export const edgeCases: readonly RuleCase[] = [
  {
    alert: "SentinelFenceMissing",
    fires: [
      {
        series: { [fence("desired_number_scheduled")]: "27x15", [fence("number_ready")]: "26x15" },
        at: 12,
      },
      // Somebody has deleted it: nothing is told of it any more.
      {
        series: {
          [edges]: "27x25",
          [fence("desired_number_scheduled")]: "27x5 _x20",
          [fence("number_ready")]: "27x5 _x20",
        },
        at: 24,
      },
    ],
    quiet: [
      {
        series: {
          [edges]: "27x15",
          [fence("desired_number_scheduled")]: "27x15",
          [fence("number_ready")]: "27x15",
        },
        at: 12,
      },
      // A node has just come.
      {
        series: {
          [fence("desired_number_scheduled")]: "27x10 28x5",
          [fence("number_ready")]: "27x15",
        },
        at: 12,
      },
      {
        series: {
          [fence("desired_number_scheduled", "kube-system")]: "3x15",
          [fence("number_ready", "kube-system")]: "0x15",
        },
        at: 12,
      },
    ],
  },
  {
    alert: "SentinelFenceHoldsBack",
    fires: [{ series: { [dropped]: "0+60000000x30" }, at: 25 }],
    quiet: [
      { series: { [dropped]: "0+1000000x30" }, at: 25 },
      // They were cut off.
      { series: { [dropped]: "0+600000000x5 3000000000x25" }, at: 25 },
    ],
  },
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
