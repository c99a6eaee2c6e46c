import { assumed } from "../../capacity/measurements.ts";
import type { WatchedRegion } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

/** Half of what a bridge holds before it pauses (`HOLD_LIMIT_BYTES`, 128 MiB unless set). */
const muchHeldBytes = 64 * 1024 ** 2;

/** The way in: from the upstream broker into INGRESS. */
export function bridgeAlerts(watched: WatchedRegion): readonly Alert[] {
  return [
    ...backlogAlerts(watched),
    {
      name: "SentinelBridgeDown",
      severity: "critical",
      // A bridge without metrics is as good as none.
      when: "(sum(sentinel_bridge_upstream_connected) or vector(0)) == 0",
      lasting: "1m",
      summary: "No bridge is connected to the upstream broker",
      impact: "No alert enters. The broker queues them for its sessions; nothing is lost yet.",
    },
    {
      name: "SentinelBridgeUpstreamLost",
      severity: "warning",
      when: "max by (replica) (sentinel_bridge_upstream_connected) == 0 unless on (replica) max by (replica) (sentinel_bridge_paused) == 1",
      lasting: "5m",
      summary: "{{ $labels.replica }} is not connected to the upstream broker",
      impact: "The other bridge carries everything. If it fails too, no alert enters.",
    },
    {
      name: "SentinelBridgeHoldingBack",
      severity: "critical",
      when: `max by (replica) (sentinel_bridge_paused) == 1 or max by (replica) (sentinel_bridge_held_bytes) > ${muchHeldBytes}`,
      lasting: "2m",
      summary: "{{ $labels.replica }} takes more than JetStream stores",
      impact: "Alerts arrive late. Beyond its limit a bridge leaves them to the upstream broker.",
    },
    {
      name: "SentinelBridgeStoreRetries",
      severity: "warning",
      // id-in-process is harmless: the other replica stores the same alert at that moment.
      when: `sum(rate(sentinel_bridge_store_retries_total{cause!="id-in-process"}[5m])) > 0.01 * (sum(rate(sentinel_bridge_received_messages_total[5m])) or vector(0))`,
      lasting: "5m",
      summary: "{{ $value | humanize }} attempts per second to store into INGRESS fail",
      impact: "Each failed attempt delays its alert and all later ones of the same client.",
    },
    ...(watched.upstreamBundled ? [mosquittoDown] : []),
  ];
}

/**
 * What the broker holds is alarmed by its payloads, which it tells; its memory is planned for an hour
 * of alerts with what it needs beside each. In ordinary times nothing is held for longer than it travels.
 */
function backlogAlerts({ alertsPerSecond }: WatchedRegion): readonly Alert[] {
  const hourBytes = alertsPerSecond * assumed.backlogSeconds * assumed.payloadBytes;
  const held = "max(sentinel_bridge_upstream_backlog_bytes)";
  return [
    {
      name: "SentinelUpstreamBacklogGrowing",
      severity: "warning",
      when: `${held} > ${Math.round(hourBytes / 12)}`,
      lasting: "2m",
      summary:
        "The upstream broker holds {{ $value | humanize1024 }}B of alerts, five minutes' worth",
      impact: "Alerts arrive late, and Mosquitto writes all of them to disk anew every second.",
    },
    {
      name: "SentinelUpstreamBacklogFilling",
      severity: "critical",
      when: `${held} > ${Math.round(hourBytes / 2)}`,
      lasting: "1m",
      summary: "The upstream broker holds {{ $value | humanize1024 }}B of alerts, half of its room",
      impact:
        "When its memory is full it is killed, and may lose a second of what it acknowledged; publishers keep the rest.",
    },
  ];
}

const mosquittoDown: Alert = {
  name: "SentinelMosquittoDown",
  severity: "critical",
  when: `(max(kube_statefulset_status_replicas_ready{namespace="sentinel",statefulset="mosquitto"}) or vector(0)) < 1`,
  lasting: "1m",
  summary: "The upstream Mosquitto is not ready",
  impact: "Publishers cannot deliver alerts; those with QoS 1 keep them and try again.",
};
