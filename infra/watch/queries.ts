import { type LaneName, lanes } from "../../app/contract/lanes.ts";
import { accountOfStream } from "../../app/contract/stores.ts";
import { type WatchedRegion, workloadNamespace } from "./watched-region.ts";

/** PromQL of what more than one rule or dashboard asks. Each is one expression without labels unless said. */

/** Labels of what the inspectors of one lane expose. */
export const inspectorsOf = (lane: LaneName) => `{process="${lanes[lane].process}"}`;

/** A quantile of a histogram over all replicas with these labels, in its own unit. */
export function quantileOf(
  quantile: number,
  histogram: string,
  window: string,
  labels = "",
): string {
  return `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket${labels}[${window}])))`;
}

/** Devices connected to this region. */
export const connections = `sum(gnatsd_varz_connections{job="nats-edge"})`;

/** How far the region is from its plan, in parts of the whole planned fleet; negative: fewer devices. */
export const shareDrift = ({ clients, fleetClients }: WatchedRegion) =>
  `(${connections} - ${clients}) / ${fleetClients}`;

/**
 * An upper bound of the P99 from the bridge's reading of an alert to its being stored for delivery.
 *
 * The two halves are measured apart. Whatever depends on what, at most 0.5 % of the alerts are
 * beyond the P99.5 of one half and 0.5 % beyond that of the other: so at least 99 % are within the sum.
 */
export const deliveryBound = (window: string) =>
  [
    quantileOf(0.995, "sentinel_bridge_store_seconds", window),
    quantileOf(0.995, "sentinel_inspector_store_seconds", window, inspectorsOf("alerts")),
  ].join(" + ");

/** Whether something is over a limit now and has been for longer: neither a spike nor an old story. */
export const overInBoth = (expression: (window: string) => string, limit: number) =>
  ["5m", "30m"].map((window) => `(${expression(window)} > ${limit})`).join(" and ");

/** Every replica of the bridge reads all alerts: the rate of the intake is that of the busiest. */
export const alertsIn = (window: string) =>
  `max(rate(sentinel_bridge_received_messages_total[${window}]))`;

/** Dead letters by process and reason. Each is counted by the replica that stored it. */
export const deadLetters = (window: string) =>
  `sum by (process, reason) (increase(sentinel_bridge_dead_letter_messages_total[${window}]))` +
  ` or sum by (process, reason) (increase(sentinel_inspector_dead_letter_messages_total[${window}]))`;

/** Series of a StatefulSet of ours, as kube-state-metrics names them. */
export const statefulSet = (metric: string, name: string) =>
  `${metric}{namespace="${workloadNamespace}",statefulset="${name}"}`;

/** Selects a stream of this region: a peer's mirror has the same name in another account. */
export const ownStream = (stream: string) =>
  `{account="${accountOfStream(stream)}",stream_name="${stream}"}`;
