import { connections, shareDrift } from "../queries.ts";
import { targets, type WatchedRegion } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

const most = `max_over_time((${connections})[30m:1m])`;

/** Where devices connect. */
export function edgeAlerts(watched: WatchedRegion): readonly Alert[] {
  return [
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
