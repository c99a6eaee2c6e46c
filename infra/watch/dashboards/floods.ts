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
        "What devices sent and changed, by kind; every replica of the meter counts everything",
      unit: "mps",
      width: 6,
      queries: [
        {
          expr: `max by (kind) (rate(sentinel_meter_messages_total[${range}]))`,
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
      description: "Payload a second, as counted by the meter",
      unit: "bytes",
      width: 6,
      queries: [{ expr: `max(rate(sentinel_meter_bytes_total[${range}]))`, legend: "bytes" }],
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
      title: "Reports lost",
      description:
        "What devices sent and REPORT_INGRESS did not store, in ten minutes: the least that is certain",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "max(increase(sentinel_meter_lost_reports_total[10m]))",
          legend: "lost",
        },
        {
          expr: "sum by (replica) (increase(sentinel_meter_loss_checks_total[10m]))",
          legend: "looked for by {{replica}}",
        },
      ],
    }),
  ],
};
