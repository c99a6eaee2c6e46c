import type { Section } from "./board.ts";
import { graph, stacked } from "./panels.ts";

const range = "$__rate_interval";

/** Who sends more than any device may, and whether that is seen and ended. */
export const floods: Section = {
  title: "Floods",
  panels: [
    graph({
      title: "Counted",
      description:
        "What devices reported at all edges; and what they changed, of which every replica of the meter counts everything",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_meter_messages_total{kind="report"}[${range}]))`,
          legend: "report",
        },
        {
          expr: `max by (kind) (rate(sentinel_meter_messages_total{kind!="report"}[${range}]))`,
          legend: "{{kind}}",
        },
        {
          expr: `sum(rate(sentinel_meter_unreadable_messages_total[${range}]))`,
          legend: "unreadable",
        },
      ],
    }),
    graph({
      title: "Bytes of reports",
      description: "Payload a second, as counted at the edges",
      unit: "bytes",
      width: 6,
      queries: [{ expr: `sum(rate(sentinel_meter_bytes_total[${range}]))`, legend: "bytes" }],
    }),
    graph({
      title: "Held back by the fence",
      description:
        "Bytes a second that the kernel of each edge's node dropped before the edge read them, each as often as it was sent",
      unit: "bytes",
      width: 6,
      queries: [
        {
          expr: `sum by (pod) (rate(sentinel_fence_dropped_bytes_total[${range}]))`,
          legend: "{{pod}}",
        },
      ],
    }),
    stacked({
      title: "Cut off",
      description: "Devices that passed a limit, by limit, in ten minutes",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (limit) (increase(sentinel_auth_cut_offs_total[10m]))",
          legend: "{{limit}}",
        },
      ],
    }),
    graph({
      title: "Kept out now",
      description: "Devices that may not log in yet, as each replica of auth knows them",
      unit: "short",
      width: 6,
      queries: [{ expr: "max(sentinel_auth_cut_off_devices)", legend: "devices" }],
    }),
    graph({
      title: "Flooders that stayed",
      description: "Requests of the meter that failed, and sessions that could not be closed",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum(increase(sentinel_meter_cut_off_request_failures_total[10m]))",
          legend: "unanswered",
        },
        { expr: "sum(increase(sentinel_auth_cut_off_failures_total[10m]))", legend: "not stored" },
        {
          expr: "sum(increase(sentinel_auth_cut_off_closing_failures_total[10m]))",
          legend: "not closed",
        },
        {
          expr: "sum(increase(sentinel_auth_cut_off_closings_withheld_total[10m]))",
          legend: "not closed again",
        },
        {
          expr: "sum(increase(sentinel_auth_cut_offs_unrecorded_total[10m]))",
          legend: "not in AUDIT",
        },
        {
          expr: "sum by (cause) (increase(sentinel_auth_cut_offs_withheld_total[10m]))",
          legend: "withheld: {{cause}}",
        },
        {
          expr: "sum(increase(sentinel_meter_finding_retries_total[10m]))",
          legend: "finding retried",
        },
      ],
    }),
    graph({
      title: "Limits found passed",
      description: "By each replica of the meter; the same device again as long as it sends",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (replica, limit) (increase(sentinel_meter_exceeded_limits_total[10m]))",
          legend: "{{replica}} {{limit}}",
        },
      ],
    }),
    graph({
      title: "Meter",
      description: "Interruptions, in which nothing is counted; devices remembered",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (replica) (increase(sentinel_meter_interruptions_total[10m]))",
          legend: "interruptions {{replica}}",
        },
        { expr: "max(sentinel_meter_devices)", legend: "devices" },
      ],
    }),
    graph({
      title: "Reports held and lost",
      description:
        "What gates hold until REPORT_INGRESS takes it, and what found no room, in ten minutes",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (reason) (increase(sentinel_report_gate_shed_reports_total[10m]))",
          legend: "lost: {{reason}}",
        },
        { expr: "sum(sentinel_report_gate_held_reports)", legend: "held" },
      ],
    }),
    graph({
      title: "Silent lines",
      description:
        "Connections of devices that have been silent for longer than they may, and what became of them, in ten minutes",
      unit: "short",
      width: 6,
      queries: [
        { expr: "sum(sentinel_report_gate_silent_lines)", legend: "silent now" },
        {
          expr: "sum(increase(sentinel_auth_silent_sessions_closed_total[10m]))",
          legend: "ended",
        },
        {
          expr: "sum(increase(sentinel_report_gate_silent_lines_failures_total[10m]))",
          legend: "looks that failed",
        },
        {
          expr: "sum(increase(sentinel_auth_silent_sessions_failures_total[10m]))",
          legend: "not ended by auth",
        },
      ],
    }),
    graph({
      title: "Gates: time to store",
      description:
        "From a report's turn until REPORT_INGRESS has it, 99 of 100; attempts that failed",
      unit: "s",
      width: 6,
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le) (rate(sentinel_report_gate_store_seconds_bucket[${range}])))`,
          legend: "P99",
        },
        {
          expr: `sum(rate(sentinel_report_gate_store_retries_total[${range}]))`,
          legend: "failed a second",
        },
      ],
    }),
    graph({
      title: "Gates: room",
      description: "What they hold, in bytes, and how many reports each may have on their way",
      unit: "short",
      width: 6,
      queries: [
        { expr: "max(sentinel_report_gate_held_bytes)", legend: "bytes, the fullest" },
        { expr: "min(sentinel_report_gate_window)", legend: "window, the smallest" },
      ],
    }),
  ],
};
