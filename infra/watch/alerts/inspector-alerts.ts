import { partitionCount } from "../../../app/contract/partitions.ts";
import { inspectorsOf, ownStream } from "../queries.ts";
import type { WatchedRegion } from "../watched-region.ts";
import type { Alert } from "./alert-rule.ts";

/** `sentinel doctor` finds fault with the same age. */
const lagSeconds = 30;
const ingress = ownStream("INGRESS");
const notMatched =
  "sum by (process, replica) (increase(sentinel_inspector_budget_exceeded_messages_total[5m]))";

/** From INGRESS to the streams of results. */
export function inspectorAlerts({ alertsPerSecond }: WatchedRegion): readonly Alert[] {
  return [
    {
      name: "SentinelIngressLagHigh",
      severity: "warning",
      when: `sum(sentinel_inspector_lag_messages${inspectorsOf("alerts")}) > ${lagSeconds * alertsPerSecond}`,
      lasting: "2m",
      summary: `{{ $value | humanize }} messages wait in INGRESS, over ${lagSeconds} s of the planned rate`,
      impact: "Alerts reach devices late by about the time that it takes to work this off.",
    },
    {
      name: "SentinelIngressNearlyFull",
      severity: "critical",
      when: `max(jetstream_stream_total_bytes${ingress} / (jetstream_stream_limit_bytes${ingress} > 0)) > 0.7`,
      lasting: "1m",
      summary: "INGRESS is {{ $value | humanizePercentage }} full",
      impact: "When it is full it refuses: bridges pause, and Mosquitto keeps what comes.",
    },
    {
      name: "SentinelIngressPartitionUnowned",
      severity: "critical",
      when: `(sum(sentinel_inspector_partitions_owned${inspectorsOf("alerts")}) or vector(0)) < ${partitionCount}`,
      lasting: "1m",
      summary: `Inspectors own {{ $value }} of ${partitionCount} partitions`,
      impact: "Alerts to the clients of the other partitions wait.",
    },
    {
      name: "SentinelInspectorMessageHeld",
      severity: "critical",
      when: "max by (replica) (sentinel_inspector_held_messages) > 0",
      lasting: "1m",
      summary: "{{ $labels.replica }} cannot inspect {{ $value }} messages",
      impact:
        "What cannot be inspected is not passed on; its client's later messages wait behind it.",
    },
    {
      name: "SentinelInspectorLeaseLosses",
      severity: "warning",
      // Once each is what a frozen or cut-off replica costs; more is an instability.
      when: `sum(increase(sentinel_inspector_lease_losses_total[30m])) > ${partitionCount}`,
      lasting: "0s",
      summary: "Partitions were lost {{ $value | humanize }} times in 30 minutes",
      impact: "Each loss stops a partition for 2 to 3 s.",
    },
    {
      name: "SentinelReportsNotInspected",
      severity: "warning",
      when: `(sum(sentinel_inspector_partitions_owned${inspectorsOf("reports")}) or vector(0)) < ${partitionCount}`,
      lasting: "5m",
      summary: `Report inspectors own {{ $value }} of ${partitionCount} partitions`,
      impact:
        "Reports of the other partitions' devices wait. When REPORT_INGRESS is full, they are lost.",
    },
    {
      name: "SentinelInspectorMatchingFails",
      severity: "warning",
      when: "sum by (process) (increase(sentinel_inspector_matching_thread_replacements_total[15m])) > 3",
      lasting: "0s",
      summary:
        "{{ $labels.process }} replaced its matching thread {{ $value | humanize }} times in 15 minutes",
      impact:
        "Large messages wait for a new thread each time. Reports that are given up are in QUARANTINE, alerts are delivered with a tag.",
    },
    {
      name: "SentinelInspectorRulesNotAsked",
      severity: "critical",
      // One message that no engine bears is its sender's doing; a fifth of all is ours.
      when: `(${notMatched} / sum by (process, replica) (increase(sentinel_inspector_inspected_messages_total[5m])) > 0.2) and ${notMatched} > 20`,
      lasting: "1m",
      summary:
        "{{ $labels.replica }} judges {{ $value | humanizePercentage }} of its messages without the rules",
      impact:
        "Reports go to QUARANTINE whatever they say; alerts are delivered with a tag and nobody has looked at their text.",
    },
    {
      name: "SentinelInspectorRegistryUnanswered",
      severity: "warning",
      when: "sum(rate(sentinel_inspector_registry_failures_total[5m])) > 0.1",
      lasting: "5m",
      summary:
        "Inspectors get no answer about recipients ({{ $value | humanize }} failures per second)",
      impact:
        "Alerts to devices that are not remembered are delivered with the tag recipient-unverified.",
    },
  ];
}
