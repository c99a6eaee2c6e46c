import type { Alert } from "./alert-rule.ts";

/** Requests without a good token; what a limit cut off is of the same senders. */
const strangers = `sum(rate(sentinel_console_unauthorized_total{reason!~"role-too-low|session-ended"}[10m])) * 60`;

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
];
