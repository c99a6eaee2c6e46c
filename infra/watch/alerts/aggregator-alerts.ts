import { canarySeconds } from "../../../app/contract/canary.ts";
import type { Alert } from "./alert-rule.ts";

const outcome = (name: string, within: string) =>
  `sum(increase(sentinel_aggregator_findings_total{outcome="${name}"}[${within}]))`;

const barFailures = [
  "sentinel_aggregator_bar_failures_total",
  "sentinel_auth_bar_failures_total",
  "sentinel_auth_bar_closing_failures_total",
]
  .map((name) => `sum(increase(${name}[10m]))`)
  .join(" + ");

/** Whether findings become incidents, and what follows from them. */
export const aggregatorAlerts: readonly Alert[] = [
  {
    name: "SentinelIncidentsNotCounted",
    severity: "critical",
    when: "(max(sentinel_aggregator_active) or vector(0)) < 1 or max(sentinel_aggregator_behind_findings) > 10000",
    lasting: "3m",
    summary: "Findings do not become incidents",
    impact:
      "Nobody is told of attacks. Messages are held back as ever; what is found waits in SECURITY_EVENTS and is counted later, exactly.",
  },
  {
    name: "SentinelIncidentsBeginAgain",
    severity: "warning",
    when: "sum(increase(sentinel_aggregator_failures_total[15m])) > 5",
    lasting: "0s",
    summary: "The aggregator began anew {{ $value | humanize }} times within a quarter of an hour",
    impact: "Findings become incidents with delay. Counts stay exact.",
  },
  {
    name: "SentinelIncidentsUngrouped",
    severity: "warning",
    when: `${outcome("ungrouped", "10m")} > 0`,
    lasting: "0s",
    summary: "{{ $value | humanize }} findings were not grouped within ten minutes",
    impact:
      "More pairs of rule and client are open than are remembered: each further one is an incident of its own, or counted in a campaign without its client.",
  },
  {
    name: "SentinelFindingsMissed",
    severity: "critical",
    when: `${outcome("missed", "1h")} + ${outcome("unreadable", "1h")} > 0`,
    lasting: "0s",
    summary: "{{ $value | humanize }} findings were counted in no incident",
    impact: "An attack may have been found, and nobody was told.",
  },
  {
    name: "SentinelCanaryNotSeen",
    severity: "critical",
    when: `max(sentinel_aggregator_canary_age_seconds) > ${3 * canarySeconds}`,
    lasting: "1m",
    summary: "A synthetic attack was not found for {{ $value | humanizeDuration }}",
    impact:
      "Attacks in devices' reports may not be found, or nobody may be told: the way from a gate to the aggregator is broken, or the rules find nothing.",
  },
  {
    name: "SentinelLabelsUnknown",
    severity: "warning",
    when: "sum(increase(sentinel_aggregator_label_failures_total[15m])) > 2",
    lasting: "0s",
    summary: "Nobody tells the aggregator the labels of devices",
    impact:
      "Exceptions and silences for a label hide nothing: incidents are opened and told that somebody wanted hidden.",
  },
  {
    name: "SentinelBarsWithheld",
    severity: "critical",
    when: 'sum(increase(sentinel_auth_bars_withheld_total{mode="enforce"}[10m])) > 0',
    lasting: "0s",
    summary:
      "{{ $value | humanize }} requests to bar a device were not followed within ten minutes",
    impact:
      "More devices attack than policy may keep out, and those beyond them go on: a person has to decide. Or somebody has the aggregator's password.",
  },
  {
    name: "SentinelBarsFailing",
    severity: "critical",
    when: `${barFailures} > 3`,
    lasting: "0s",
    summary: "Devices that attack cannot be kept out",
    impact:
      "They stay connected. What they send is inspected and held as ever; the bars are asked for again until it works.",
  },
  {
    name: "SentinelNoticesWaiting",
    severity: "warning",
    when: "max by (receiver) (sentinel_aggregator_notice_waiting_seconds) > 300",
    lasting: "1m",
    summary: "{{ $labels.receiver }} was not told of incidents for {{ $value | humanizeDuration }}",
    impact:
      "Whoever it tells does not hear of attacks. What is to be told is kept for seven days, and sent when it takes it.",
  },
  {
    name: "SentinelNoticesRefused",
    severity: "warning",
    when: 'sum by (receiver) (increase(sentinel_aggregator_notices_total{outcome="refused"}[1h])) > 0',
    lasting: "0s",
    summary: "{{ $labels.receiver }} refused {{ $value | humanize }} notices of incidents",
    impact: "It was not told of these incidents, and will not be: they are in the list only.",
  },
];
