import { connectionLimits } from "../../../app/contract/limits.ts";
import { natsEdge } from "../../messaging/addresses.ts";
import { namespaces } from "../../platform/names.ts";
import { fenceWorkload } from "../../workloads/fence.ts";
import { connections, shareDrift } from "../queries.ts";
import { targets, type WatchedRegion, workloadNamespace } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

const most = `max_over_time((${connections})[30m:1m])`;

const ofFence = `namespace="${namespaces.fence}",daemonset="${fenceWorkload}"`;
/** As much a second as one connection may send. */
const heldBackBytes = connectionLimits.bytesPerSecond;

/** Of each node's daemon; of a DaemonSet that is gone nothing is told, and then each edge has none. */
const unfenced = `max(kube_daemonset_status_desired_number_scheduled{${ofFence}} - kube_daemonset_status_number_ready{${ofFence}}) or max(kube_statefulset_replicas{namespace="${workloadNamespace}",statefulset="${natsEdge}"})`;

const fenceMissing: Alert = {
  name: "SentinelFenceMissing",
  severity: "warning",
  when: `(${unfenced}) > 0`,
  lasting: "10m",
  summary: "{{ $value }} nodes of the edges have no fence",
  impact:
    "What one connection of a device sends there is bounded by its edge alone: a hundred devices that flood hold up the alerts of others for seconds, until they are cut off.",
};

/** Where devices connect. */
export function edgeAlerts(watched: WatchedRegion): readonly Alert[] {
  return [
    ...(watched.fenced ? [fenceMissing] : []),
    {
      name: "SentinelFenceHoldsBack",
      severity: "warning",
      when: `max by (pod) (rate(sentinel_fence_dropped_bytes_total[5m])) > ${heldBackBytes}`,
      lasting: "15m",
      summary:
        "{{ $labels.pod }} has dropped {{ $value | humanize1024 }}B a second for a quarter of an hour",
      impact:
        "Devices at the edge of its node send more than a connection may and wait for it. Who floods is cut off within seconds: these go on.",
    },
    {
      name: "SentinelEdgeConnectionsNearMax",
      severity: "warning",
      when: `max by (pod) (gnatsd_varz_connections{job="nats-edge"} / gnatsd_varz_max_connections{job="nats-edge"}) > 0.9`,
      lasting: "5m",
      summary:
        "{{ $labels.pod }} has {{ $value | humanizePercentage }} of the connections that it takes",
      impact:
        "A full server turns devices away; they try again and reach another one, if there is room.",
    },
    {
      name: "SentinelEdgeConnectionsDropped",
      severity: "critical",
      // A handful of devices more or less is no event.
      when: `${connections} < 0.8 * ${most} and ${most} > ${watched.clients / 100}`,
      lasting: "2m",
      summary:
        "Only {{ $value | humanize }} devices are connected, 20 % less than in the last 30 minutes",
      impact: "The missing devices get no alerts, unless they have gone to another region.",
    },
    {
      name: "SentinelEdgeShareDrift",
      severity: "warning",
      when: `abs(${shareDrift(watched)}) > ${targets.shareDrift}`,
      lasting: "1h",
      summary: `{{ $value | humanizePercentage }} of the fleet off the plan of ${watched.clients} devices in this region`,
      impact: "Capacity is planned for another distribution: too little here, or paid for in vain.",
    },
  ];
}
