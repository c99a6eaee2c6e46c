import { gaplessStreams } from "../../../app/contract/gapless-streams.ts";
import { sourceAccount } from "../../../app/contract/peers.ts";
import { statefulSet } from "../queries.ts";
import type { WatchedRegion } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

const coreReady = statefulSet("kube_statefulset_status_replicas_ready", "nats-core");
const coreWanted = statefulSet("kube_statefulset_replicas", "nats-core");
const ofStream = "by (account, stream_name)";
const lastSequence = "jetstream_stream_last_seq";

const storageUsed = (part: number) =>
  `max by (pod) (gnatsd_varz_jetstream_stats_storage{job="nats-core"} / (gnatsd_varz_jetstream_config_max_storage{job="nats-core"} > 0)) > ${part}`;

const audit = '{stream_name="AUDIT",is_stream_leader="true"}';
const auditGrowth = `predict_linear(jetstream_stream_total_bytes${audit}[1d], 30 * 86400)`;
/** Streams that refuse when they are full, but for INGRESS, which has an alert of its own. */
const refusing = "REPORT_INGRESS|QUARANTINE|QUARANTINE_DECISIONS|AUDIT";
/** Streams that drop their oldest message when they are full, before its age would. */
const dropping = "MQTT_ALERTS|REPORTS|SECURITY_EVENTS|INCIDENTS|DEAD_LETTER";
/** Messages that a copy lacks between its first and its last, by its server's own count. */
const gapless = `{stream_name=~"${gaplessStreams.join("|")}",account!~"FROM_.*"}`;
/** A stream that never held anything has 0 for its first and its last. */
const holes = `(jetstream_stream_last_seq${gapless} > 0) - jetstream_stream_first_seq${gapless} + 1 - jetstream_stream_total_messages${gapless}`;
const fill = (streams: string, part: number) => {
  const labels = `{stream_name=~"${streams}"}`;
  return `max ${ofStream} (jetstream_stream_total_bytes${labels} / (jetstream_stream_limit_bytes${labels} > 0)) > ${part}`;
};

/** The servers that store, and what they store. */
export const natsAlerts: readonly Alert[] = [
  {
    name: "SentinelAuditFilling",
    severity: "warning",
    // A stream without a bound has -1 there.
    when: `max(${auditGrowth} / (jetstream_stream_limit_bytes${audit} > 0)) > 1 and max(jetstream_stream_total_bytes${audit} / (jetstream_stream_limit_bytes${audit} > 0)) > 0.1`,
    lasting: "2h",
    summary: "As it grows now, AUDIT is full in less than 30 days",
    impact:
      "A full AUDIT takes nothing, and nobody is admitted unrecorded: no device logs in then.",
  },
  {
    name: "SentinelNatsCoreServerDown",
    severity: "warning",
    when: `${coreReady} < ${coreWanted}`,
    lasting: "3m",
    summary: "Only {{ $value }} NATS core servers are ready",
    impact: "Two of three suffice to store. With one more gone, nothing can be stored.",
  },
  {
    name: "SentinelNatsServerUnhealthy",
    severity: "warning",
    when: `max by (job, pod, value) (gnatsd_healthz_status_value) == 0`,
    lasting: "5m",
    summary: "{{ $labels.pod }} says of itself: {{ $labels.value }}",
    impact: "The server is up, and some of its streams or consumers are not current.",
  },
  {
    name: "SentinelNatsStreamWithoutLeader",
    severity: "critical",
    when: `count ${ofStream} (${lastSequence}) unless count ${ofStream} (${lastSequence}{is_stream_leader="true"})`,
    lasting: "1m",
    summary: "No server leads {{ $labels.stream_name }} in {{ $labels.account }}",
    impact:
      "The stream takes nothing. For INGRESS, MQTT_ALERTS or the partitions this stops delivery.",
  },
  {
    name: "SentinelNatsReplicaBehind",
    severity: "warning",
    // Compared with an earlier end, since the servers are not read at the same moment.
    when: `max by (account, stream_name, server_name) (${lastSequence}) < on (account, stream_name) group_left () max ${ofStream} (${lastSequence} offset 2m)`,
    lasting: "5m",
    summary:
      "{{ $labels.server_name }} lacks messages of {{ $labels.stream_name }} that are 2 minutes old",
    impact: "One copy fewer: the loss of another server would stop the stream.",
  },
  {
    name: "SentinelNatsCopyDamaged",
    severity: "critical",
    when: `max by (account, stream_name, server_name) (${holes}) > 0`,
    // What runs beside the server has given the copy up by then, when it may.
    lasting: "3m",
    summary:
      "{{ $labels.server_name }} lacks {{ $value }} messages in the middle of {{ $labels.stream_name }}, and the copy is not made anew by itself",
    impact:
      "The server says that its copy is current, and serves it as if it were whole. The other copies have these messages, and may lose them to it.",
  },
  {
    name: "SentinelNatsCopyMadeAnew",
    severity: "warning",
    when: "sum by (replica, stream) (increase(sentinel_mender_copies_made_anew_total[6h])) > 0",
    lasting: "0s",
    summary: "{{ $labels.replica }} had lost messages of {{ $labels.stream }}, and has them again",
    impact: "None any more. A disk that has lost something may do so again.",
  },
  {
    name: "SentinelStreamNearlyFull",
    severity: "critical",
    when: fill(refusing, 0.8),
    lasting: "1m",
    summary: "{{ $labels.stream_name }} is {{ $value | humanizePercentage }} full",
    impact:
      "It refuses when it is full. REPORT_INGRESS: new reports are lost. AUDIT: logins are refused. QUARANTINE: what is held back goes to DEAD_LETTER. QUARANTINE_DECISIONS: nothing more is released or dropped.",
  },
  {
    name: "SentinelStreamDropsOldest",
    severity: "warning",
    // A stream that its age empties stays below: its bound is a quarter more than it grows to.
    when: fill(dropping, 0.95),
    lasting: "5m",
    summary:
      "{{ $labels.stream_name }} in {{ $labels.account }} is {{ $value | humanizePercentage }} full and drops its oldest",
    impact: "What it drops is younger than promised. New messages are stored and delivered.",
  },
  {
    name: "SentinelNatsStorageFilling",
    severity: "warning",
    when: storageUsed(0.7),
    lasting: "15m",
    summary:
      "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its storage for JetStream",
    impact: "None yet. Streams are planned to stay below this.",
  },
  {
    name: "SentinelNatsStorageNearlyFull",
    severity: "critical",
    when: storageUsed(0.85),
    lasting: "5m",
    summary:
      "{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its storage for JetStream",
    impact: "A full server refuses what is to be stored: alerts stop, and so do logins.",
  },
  {
    name: "SentinelNatsRouteSlow",
    severity: "warning",
    when: "sum by (pod) (increase(gnatsd_varz_slow_consumer_stats_routes[10m])) > 0",
    lasting: "0s",
    summary: "{{ $labels.pod }} cut routes to other servers because they read too slowly",
    impact: "What was on its way to devices over such a route is not delivered live.",
  },
];

/** The links to the other regions. */
export function peerAlerts({ peers, alertsPerSecond }: WatchedRegion): readonly Alert[] {
  if (peers.length === 0) return [];
  const links = peers.map((peer) => `absent(gnatsd_leafz_info{account="${sourceAccount(peer)}"})`);
  const activeSeconds = `max by (account) (jetstream_stream_mirror_active_duration_ns{is_stream_leader="true"}) / 1e9`;
  const lag = `max by (account) (jetstream_stream_mirror_lag{is_stream_leader="true"})`;
  return [
    {
      name: "SentinelNatsLeafLinkDown",
      severity: "critical",
      when: links.join(" or "),
      lasting: "2m",
      summary: "No server has a leaf link for {{ $labels.account }}",
      impact:
        "Alerts taken in by that region do not reach devices here. They come when the link is back.",
    },
    {
      name: "SentinelNatsMirrorBehind",
      severity: "warning",
      // -1: the mirror has never heard of its origin.
      when: `${lag} > ${10 * alertsPerSecond} or ${activeSeconds} > 60 or ${activeSeconds} < 0`,
      lasting: "2m",
      summary: "The mirror in {{ $labels.account }} is behind",
      impact: "Alerts taken in by that region reach devices here late.",
    },
    {
      name: "SentinelMirrorUnsent",
      severity: "critical",
      when: "max by (peer) (sentinel_delivery_mirror_turn_held) == 0",
      lasting: "1m",
      summary: "No replica of delivery sends what comes from {{ $labels.peer }}",
      impact:
        "Alerts taken in by that region are kept here and do not reach the devices that are connected.",
    },
  ];
}
