import { quantileOf } from "../queries.ts";
import { board, type Section } from "./board.ts";
import { graph, stacked } from "./panels.ts";

const range = "$__rate_interval";

const requests: Section = {
  title: "Requests",
  panels: [
    stacked({
      title: "Answers",
      description: "Requests of the API by route and status",
      unit: "reqps",
      width: 12,
      queries: [
        {
          expr: `sum by (method, route, code) (rate(sentinel_console_requests_total[${range}]))`,
          legend: "{{method}} {{route}} {{code}}",
        },
      ],
    }),
    graph({
      title: "Time to answer",
      description: "From a request's head to the end of its answer. A list reads the table",
      unit: "s",
      width: 6,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantileOf(q, "sentinel_console_request_seconds", range),
        legend: `P${q * 100}`,
      })),
    }),
    stacked({
      title: "Turned away",
      description:
        "Requests without a good token, with one of too low a role, and cut off by address",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum by (reason) (rate(sentinel_console_unauthorized_total[${range}]))`,
          legend: "{{reason}}",
        },
      ],
    }),
  ],
};

const changes: Section = {
  title: "Changes",
  panels: [
    graph({
      title: "Records that wait for AUDIT",
      description: "What was changed and is not stored in AUDIT yet",
      unit: "short",
      width: 6,
      queries: [{ expr: "sentinel_console_audit_outbox_records", legend: "{{replica}}" }],
    }),
    graph({
      title: "Failed attempts to store one",
      description: "Each is followed by another. A change that cannot be announced is not made",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_console_audit_failures_total[${range}]))`,
          legend: "failed attempts",
        },
      ],
    }),
    graph({
      title: "Looked at for lists",
      description: "Items of the device table. Each is paid for; a token's minute has a bound",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `sum(rate(sentinel_console_scanned_items_total[${range}]))`,
          legend: "items a second",
        },
        {
          expr: `sum(increase(sentinel_console_scans_refused_total[${range}]))`,
          legend: "lists refused",
        },
      ],
    }),
    graph({
      title: "Unusable files",
      description: "Changed tokens and certificates that could not be used, in the last hour",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: "sum by (file) (increase(sentinel_console_unusable_files_total[1h]))",
          legend: "{{file}}",
        },
      ],
    }),
  ],
};

const page: Section = {
  title: "Page",
  panels: [
    graph({
      title: "Sessions and live pages",
      description:
        "Sessions that have not ended as far as is known, and pages that are told figures",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sentinel_console_sessions", legend: "{{replica}} sessions" },
        { expr: "sentinel_console_live_streams", legend: "{{replica}} live pages" },
      ],
    }),
    graph({
      title: "Sign-ins, 1 h",
      description:
        "Sessions that were opened: by a token, by a link that works once, by the identity provider; and how often that one was away",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sum by (by) (increase(sentinel_console_sign_ins_total[1h]))", legend: "{{by}}" },
        {
          expr: "sum(increase(sentinel_console_identity_provider_failures_total[1h]))",
          legend: "provider away",
        },
      ],
    }),
  ],
};

const search: Section = {
  title: "Device search",
  panels: [
    graph({
      title: "Index of devices behind",
      description:
        "How long ago that was until which changes are in the index, and since the table was last read into it",
      unit: "s",
      width: 12,
      queries: [
        {
          expr: "time() - sentinel_console_device_index_as_of_timestamp_seconds",
          legend: "{{replica}} changes",
        },
        {
          expr: "time() - sentinel_console_device_index_filled_timestamp_seconds",
          legend: "{{replica}} whole table",
        },
      ],
    }),
    graph({
      title: "Read into the index",
      description: "Items of the table that the reading has read, or the last one had",
      unit: "short",
      width: 6,
      queries: [
        { expr: "sentinel_console_device_index_read_items", legend: "{{replica}}" },
        {
          expr: "sum by (replica) (increase(sentinel_console_device_index_failures_total[1h]))",
          legend: "{{replica}} failures, 1 h",
        },
      ],
    }),
    graph({
      title: "Size of the index",
      description: "Its file, which has a bound",
      unit: "bytes",
      width: 6,
      queries: [{ expr: "sentinel_console_device_index_bytes", legend: "{{replica}}" }],
    }),
  ],
};

export const consoleBoard = board({
  uid: "sentinel-console",
  title: "Console",
  description: "Who works with the API and the page, and what becomes of it",
  sections: [requests, changes, search, page],
});
