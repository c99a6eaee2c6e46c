import type { Alert } from "./alert-rule.ts";

const outcome = (name: string, within: string) =>
  `sum(increase(sentinel_aggregator_findings_total{outcome="${name}"}[${within}]))`;

/** Whether findings become incidents. */
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
];
