import type { Alert } from "./alert-rule.ts";

/** Requests without a good token; what a limit cut off is of the same senders. */
const strangers = `sum(rate(sentinel_console_unauthorized_total{reason!~"role-too-low|session-ended"}[10m])) * 60`;

/** How long ago that was until which the index has what was told, and the table's last reading. */
const indexBehind = "(time() - sentinel_console_device_index_as_of_timestamp_seconds)";
const indexUnread = "(time() - sentinel_console_device_index_filled_timestamp_seconds)";

/** Whether devices can be managed through the API, and who tries to without leave. */
export const consoleAlerts: readonly Alert[] = [
  {
    name: "SentinelConsoleRequestsFailing",
    severity: "warning",
    when: `sum by (code) (increase(sentinel_console_requests_total{code=~"5.."}[10m])) > 3`,
    lasting: "5m",
    summary:
      "{{ $value | humanize }} API requests of ten minutes were answered by {{ $labels.code }}",
    impact: "Devices cannot be looked up or changed by the API. Those that are connected stay.",
  },
  {
    name: "SentinelConsoleStrangers",
    severity: "warning",
    when: `${strangers} > 10`,
    lasting: "10m",
    summary: "{{ $value | humanize }} API requests a minute come without a good token",
    impact: "Somebody inside tries the API, or a program goes on with a token that was withdrawn.",
  },
  {
    name: "SentinelConsoleFileUnusable",
    severity: "warning",
    when: "sum by (file) (increase(sentinel_console_unusable_files_total[1h])) > 0",
    lasting: "0s",
    summary: "The console cannot use its new {{ $labels.file }} and goes on with the old",
    impact: "A token that was withdrawn still works, or a certificate runs out.",
  },
  {
    name: "SentinelConsoleIndexStale",
    severity: "warning",
    when: `max by (replica) (${indexBehind} > 900 or ${indexUnread} > ${30 * 3_600})`,
    lasting: "30m",
    summary: "The device search of {{ $labels.replica }} is {{ $value | humanizeDuration }} behind",
    impact: "Devices that came or changed since are not found by it. Single devices are shown.",
  },
];
