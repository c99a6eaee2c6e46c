import type { Section } from "./board.ts";
import { graph } from "./panels.ts";

const range = "$__rate_interval";

export const incidents: Section = {
  title: "Incidents",
  panels: [
    graph({
      title: "Open incidents",
      description: "Incidents in which findings are counted: of one client, or of many",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "max by (kind) (sentinel_aggregator_open_incidents)",
          legend: "{{kind}}",
        },
        { expr: "max(sentinel_aggregator_groups)", legend: "pairs of rule and client" },
      ],
    }),
    graph({
      title: "What became of findings",
      description: "A second. Quoted: a publisher's alert that was delivered and marked",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `sum by (outcome) (rate(sentinel_aggregator_findings_total[${range}]))`,
          legend: "{{outcome}}",
        },
      ],
    }),
    graph({
      title: "Not counted yet",
      description: "Findings that are stored and in no incident",
      unit: "short",
      width: 6,
      queries: [{ expr: "max(sentinel_aggregator_behind_findings)", legend: "findings" }],
      limit: 10_000,
    }),
    graph({
      title: "Who counts",
      description: "One replica is active; the other takes over. Failures end its turn",
      unit: "short",
      width: 6,
      queries: [
        { expr: "sentinel_aggregator_active", legend: "{{replica}} active" },
        {
          expr: "sum(increase(sentinel_aggregator_takeovers_total[1h]))",
          legend: "turns in an hour",
        },
        {
          expr: "sum(increase(sentinel_aggregator_failures_total[1h]))",
          legend: "failures in an hour",
        },
        {
          expr: `sum(rate(sentinel_aggregator_commits_total[${range}]))`,
          legend: "times stored a second",
        },
      ],
    }),
    graph({
      title: "Age of the last canary",
      description:
        "A synthetic attack that each gate sends every five minutes and that must be seen",
      unit: "s",
      width: 12,
      queries: [
        { expr: "max(sentinel_aggregator_canary_age_seconds)", legend: "since it was sent" },
      ],
      limit: 900,
    }),
    graph({
      title: "Canaries in an hour",
      description: "Sent by gates, and found by inspectors or not",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sum(increase(sentinel_report_gate_canaries_total[1h]))", legend: "sent" },
        {
          expr: "sum by (outcome) (increase(sentinel_inspector_canaries_total[1h]))",
          legend: "{{outcome}}",
        },
      ],
    }),
    graph({
      title: "What hides findings",
      description: "Exceptions make no incidents, silences tell nobody; 100 at a time at most",
      unit: "short",
      width: 12,
      queries: [
        { expr: "max by (kind) (sentinel_aggregator_exceptions)", legend: "{{kind}}s in force" },
      ],
      limit: 100,
    }),
    graph({
      title: "Findings that were hidden",
      description: "In an hour: from incidents, or from receivers only",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: 'sum(increase(sentinel_aggregator_findings_total{outcome="excepted"}[1h]))',
          legend: "excepted",
        },
        {
          expr: "sum(increase(sentinel_aggregator_silenced_findings_total[1h]))",
          legend: "silenced",
        },
        {
          expr: "sum(increase(sentinel_aggregator_label_failures_total[1h]))",
          legend: "labels not told",
        },
      ],
    }),
    graph({
      title: "Devices kept out by policy",
      description:
        "Barred in all regions, or only observed; and how many have something against them",
      unit: "short",
      width: 12,
      queries: [
        { expr: "max by (mode) (sentinel_auth_barred_devices)", legend: "{{mode}}" },
        { expr: "max(sentinel_aggregator_risky_clients)", legend: "with a risk" },
      ],
    }),
    graph({
      title: "Bars",
      description:
        "In an hour: made, withheld for want of room or of such a device, lifted by people",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sum by (mode) (increase(sentinel_auth_bars_total[1h]))", legend: "{{mode}}" },
        {
          expr: "sum by (cause) (increase(sentinel_auth_bars_withheld_total[1h]))",
          legend: "withheld: {{cause}}",
        },
        { expr: "sum(increase(sentinel_auth_bars_lifted_total[1h]))", legend: "lifted" },
        {
          expr: "sum(increase(sentinel_aggregator_bar_failures_total[1h])) + sum(increase(sentinel_auth_bar_failures_total[1h])) + sum(increase(sentinel_auth_bar_closing_failures_total[1h]))",
          legend: "failures",
        },
        {
          expr: "sum(increase(sentinel_aggregator_unheld_findings_total[1h]))",
          legend: "findings not held against anybody",
        },
      ],
    }),
    graph({
      title: "Who was told",
      description: "Age of the oldest notice that a receiver has not taken",
      unit: "s",
      width: 12,
      queries: [
        {
          expr: "max by (receiver) (sentinel_aggregator_notice_waiting_seconds)",
          legend: "{{receiver}}",
        },
      ],
      limit: 300,
    }),
    graph({
      title: "Notices of incidents",
      description: "In an hour. Failed attempts are repeated; what was refused is not",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: "sum by (receiver, outcome) (increase(sentinel_aggregator_notices_total[1h]))",
          legend: "{{receiver}} {{outcome}}",
        },
        {
          expr: "sum by (receiver) (increase(sentinel_aggregator_notice_failures_total[1h]))",
          legend: "{{receiver}} failed attempts",
        },
      ],
    }),
  ],
};
