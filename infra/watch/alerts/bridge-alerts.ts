import type { WatchedRegion } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

/** Half of what a bridge holds before it pauses (`HOLD_LIMIT_BYTES`, 128 MiB unless set). */
const muchHeldBytes = 64 * 1024 ** 2;

/** The way in: from the upstream broker into INGRESS. */
export function bridgeAlerts({ upstreamBundled }: WatchedRegion): readonly Alert[] {
  return [
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
    ...(upstreamBundled ? [mosquittoDown] : []),
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
