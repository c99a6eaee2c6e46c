import type { RuleCase, Series } from "./rule-case.fixture.ts";

const core = (metric: string) =>
  `kube_statefulset_${metric}{namespace="sentinel",statefulset="nats-core"}`;
const health = (value: string) =>
  `gnatsd_healthz_status_value{job="nats-core",pod="nats-core-1",value="${value}"}`;
const copy = (server: number, leader: number | undefined, metric = "last_seq") =>
  `jetstream_stream_${metric}{account="INTAKE",stream_name="INGRESS",server_name="nats-core-${server}",is_stream_leader="${server === leader}"}`;
const storage = (used: number): Series => ({
  [`gnatsd_varz_jetstream_stats_storage{job="nats-core",pod="nats-core-0"}`]: `${used}x30`,
  [`gnatsd_varz_jetstream_config_max_storage{job="nats-core",pod="nats-core-0"}`]: "100x30",
});
const filled = (stream: string, percent: number): Series => {
  const labels = `{account="CORE",stream_name="${stream}",server_name="nats-core-0"}`;
  return {
    [`jetstream_stream_total_bytes${labels}`]: `${percent}x20`,
    [`jetstream_stream_limit_bytes${labels}`]: "100x20",
  };
};
const slow = `gnatsd_varz_slow_consumer_stats_routes{job="nats-edge",pod="nats-edge-0"}`;
const leaf = (account: string) =>
  `gnatsd_leafz_info{account="${account}",job="nats-core",pod="nats-core-0"}`;
const turn = (replica: string) =>
  `sentinel_delivery_mirror_turn_held{replica="${replica}",peer="eu-west"}`;
const mirror = (metric: string) =>
  `jetstream_stream_mirror_${metric}{account="FROM_EU_WEST",stream_name="MQTT_ALERTS",is_stream_leader="true"}`;
/** AUDIT with a bound of 1 TB, so many MB of it used, and so many more a minute. */
const audit = (usedMb: number, growthMb: number, limit = "1000000000000"): Series => {
  const labels = `{account="CORE",stream_name="AUDIT",is_stream_leader="true"}`;
  return {
    [`jetstream_stream_total_bytes${labels}`]: `${usedMb}000000+${growthMb}000000x1700`,
    [`jetstream_stream_limit_bytes${labels}`]: `${limit}x1700`,
  };
};

/** A copy of INGRESS that moves on, and so many messages fewer than its ends say. */
const copyOf = (messages: string, account = "INTAKE", stream = "INGRESS"): Series => {
  const labels = `{account="${account}",stream_name="${stream}",server_name="nats-core-1",is_stream_leader="false"}`;
  return {
    [`jetstream_stream_first_seq${labels}`]: "1001+100x20",
    [`jetstream_stream_last_seq${labels}`]: "5000+300x20",
    [`jetstream_stream_total_messages${labels}`]: messages,
  };
};

const madeAnew = `sentinel_mender_copies_made_anew_total{replica="nats-core-1",stream="AUDIT"}`;

const neverUsed: Series = Object.fromEntries(
  ["first_seq", "last_seq", "total_messages"].map((metric) => [copy(1, 2, metric), "0x20"]),
);

export const natsCases: readonly RuleCase[] = [
  {
    alert: "SentinelNatsCopyDamaged",
    fires: [{ series: copyOf("3999+200x20"), at: 4 }],
    quiet: [
      // Given up at once.
      { series: copyOf("3999+200x1 5000+200x18"), at: 5 },
      { series: copyOf("4000+200x20"), at: 10 },
      { series: neverUsed, at: 10 },
      // A bucket keeps the last of each subject; a mirror lacks what its origin had dropped.
      { series: copyOf("14x20", "INTAKE", "KV_partitions"), at: 10 },
      { series: copyOf("3000+200x20", "FROM_EU_WEST", "MQTT_ALERTS"), at: 10 },
    ],
  },
  {
    alert: "SentinelNatsCopyMadeAnew",
    fires: [{ series: { [madeAnew]: "0x5 1x400" }, at: 60 }],
    quiet: [{ series: { [madeAnew]: "0x5 1x400" }, at: 390 }],
  },
  {
    alert: "SentinelAuditFilling",
    // 20 MB a minute are 864 GB in 30 days.
    fires: [{ series: audit(200_000, 20), at: 1_600 }],
    quiet: [
      { series: audit(100_000, 18), at: 1_600 },
      // Young, with many devices' first logins.
      { series: audit(1_000, 30), at: 1_600 },
      { series: audit(200_000, 20, "-1"), at: 1_600 },
    ],
  },
  {
    alert: "SentinelNatsCoreServerDown",
    fires: [
      { series: { [core("replicas")]: "3x10", [core("status_replicas_ready")]: "2x10" }, at: 4 },
    ],
    quiet: [
      { series: { [core("replicas")]: "3x10", [core("status_replicas_ready")]: "3x10" }, at: 6 },
      {
        series: { [core("replicas")]: "3x10", [core("status_replicas_ready")]: "3 2 2 3x10" },
        at: 3,
      },
    ],
  },
  {
    alert: "SentinelNatsServerUnhealthy",
    fires: [
      { series: { [health("unavailable")]: "0x10" }, at: 6 },
      { series: { [health("unreachable")]: "0x10" }, at: 6 },
    ],
    quiet: [{ series: { [health("ok")]: "1x10" }, at: 8 }],
  },
  {
    alert: "SentinelNatsStreamWithoutLeader",
    fires: [{ series: { [copy(0, undefined)]: "5x10", [copy(1, undefined)]: "5x10" }, at: 2 }],
    quiet: [{ series: { [copy(0, 1)]: "5x10", [copy(1, 1)]: "5x10" }, at: 5 }],
  },
  {
    alert: "SentinelNatsReplicaBehind",
    fires: [{ series: { [copy(0, 0)]: "0+100x20", [copy(1, 0)]: "500x20" }, at: 15 }],
    quiet: [
      // As far behind as the servers' being read one after the other makes it look.
      { series: { [copy(0, 0)]: "100+100x20", [copy(1, 0)]: "0+100x20" }, at: 15 },
    ],
  },
  {
    alert: "SentinelStreamNearlyFull",
    fires: [{ series: { ...filled("AUDIT", 81), ...filled("QUARANTINE", 10) }, at: 2 }],
    quiet: [{ series: { ...filled("REPORT_INGRESS", 79), ...filled("REPORTS", 99) }, at: 3 }],
  },
  {
    alert: "SentinelStreamDropsOldest",
    fires: [{ series: filled("MQTT_ALERTS", 96), at: 7 }],
    quiet: [
      { series: { ...filled("REPORTS", 94), ...filled("AUDIT", 99) }, at: 7 },
      { series: filled("SECURITY_EVENTS", 96), at: 3 },
    ],
  },
  {
    alert: "SentinelNatsStorageFilling",
    fires: [{ series: storage(71), at: 16 }],
    quiet: [{ series: storage(69), at: 20 }],
  },
  {
    alert: "SentinelNatsStorageNearlyFull",
    fires: [{ series: storage(86), at: 6 }],
    quiet: [{ series: storage(84), at: 20 }],
  },
  {
    alert: "SentinelNatsRouteSlow",
    fires: [{ series: { [slow]: "0x5 1x10" }, at: 8 }],
    quiet: [{ series: { [slow]: "3x20" }, at: 12 }],
  },
  {
    alert: "SentinelNatsLeafLinkDown",
    fires: [{ series: { [leaf("FROM_EU_WEST")]: "1x10" }, at: 3 }],
    quiet: [{ series: { [leaf("FROM_EU_WEST")]: "1x10", [leaf("FROM_AP_SOUTH")]: "1x10" }, at: 5 }],
  },
  {
    alert: "SentinelNatsMirrorBehind",
    fires: [
      { series: { [mirror("lag")]: "6001x10" }, at: 3 },
      { series: { [mirror("active_duration_ns")]: "61000000000x10" }, at: 3 },
      { series: { [mirror("active_duration_ns")]: "-1x10" }, at: 3 },
    ],
    quiet: [
      {
        series: { [mirror("lag")]: "6000x10", [mirror("active_duration_ns")]: "2000000000x10" },
        at: 5,
      },
    ],
  },
  {
    alert: "SentinelMirrorUnsent",
    fires: [{ series: { [turn("delivery-0")]: "0x10", [turn("delivery-1")]: "1x2 0x8" }, at: 6 }],
    quiet: [{ series: { [turn("delivery-0")]: "0x10", [turn("delivery-1")]: "1x10" }, at: 6 }],
  },
];
