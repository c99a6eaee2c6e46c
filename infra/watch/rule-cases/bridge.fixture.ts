import type { RuleCase } from "./rule-case.fixture.ts";

const connected = (replica: number) =>
  `sentinel_bridge_upstream_connected{process="bridge",replica="bridge-${replica}"}`;
const paused = (replica: number) =>
  `sentinel_bridge_paused{process="bridge",replica="bridge-${replica}"}`;
const held = `sentinel_bridge_held_bytes{process="bridge",replica="bridge-0"}`;
const retries = (cause: string) => `sentinel_bridge_store_retries_total{cause="${cause}"}`;
const received = `sentinel_bridge_received_messages_total{replica="bridge-0"}`;
const mosquitto = `kube_statefulset_status_replicas_ready{namespace="sentinel",statefulset="mosquitto"}`;

const backlog = `sentinel_bridge_upstream_backlog_bytes{process="bridge",replica="bridge-0"}`;

export const bridgeCases: readonly RuleCase[] = [
  {
    alert: "SentinelUpstreamBacklogGrowing",
    fires: [{ series: { [backlog]: "93000000x10" }, at: 3 }],
    // A minute of catching up is nothing.
    quiet: [{ series: { [backlog]: "93000000x1 1000x10" }, at: 5 }],
  },
  {
    alert: "SentinelUpstreamBacklogFilling",
    fires: [{ series: { [backlog]: "560000000x10" }, at: 3 }],
    quiet: [{ series: { [backlog]: "540000000x10" }, at: 8 }],
  },
  {
    alert: "SentinelBridgeDown",
    fires: [
      { series: { [connected(0)]: "0x10", [connected(1)]: "0x10" }, at: 2 },
      { series: {}, at: 2 },
    ],
    quiet: [
      { series: { [connected(0)]: "0x10", [connected(1)]: "1x10" }, at: 5 },
      { series: { [connected(0)]: "1 1 0 1x10" }, at: 3 },
    ],
  },
  {
    alert: "SentinelBridgeUpstreamLost",
    fires: [{ series: { [connected(0)]: "0x10", [connected(1)]: "1x10" }, at: 6 }],
    quiet: [
      { series: { [connected(0)]: "0x4 1x10" }, at: 10 },
      // That it is away by its own will is another alert.
      { series: { [connected(0)]: "0x10", [paused(0)]: "1x10" }, at: 8 },
    ],
  },
  {
    alert: "SentinelBridgeHoldingBack",
    fires: [
      { series: { [paused(0)]: "1x10" }, at: 3 },
      { series: { [held]: "70000000x10" }, at: 3 },
    ],
    quiet: [{ series: { [paused(0)]: "0x10", [held]: "60000000x10" }, at: 8 }],
  },
  {
    alert: "SentinelBridgeStoreRetries",
    fires: [
      {
        series: { [retries("store-failed")]: "0+400x20", [received]: "0+36000x20" },
        at: 15,
      },
      // Nothing comes in any more, and what was taken still cannot be stored.
      { series: { [retries("unavailable")]: "0+60x20", [received]: "36000x20" }, at: 15 },
    ],
    quiet: [
      {
        series: {
          [retries("store-failed")]: "0+300x20",
          [retries("id-in-process")]: "0+9000x20",
          [received]: "0+36000x20",
        },
        at: 15,
      },
    ],
  },
  {
    alert: "SentinelMosquittoDown",
    fires: [
      { series: { [mosquitto]: "0x10" }, at: 2 },
      { series: {}, at: 2 },
    ],
    quiet: [{ series: { [mosquitto]: "1x10" }, at: 5 }],
  },
];
