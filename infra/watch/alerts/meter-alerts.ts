import type { Alert } from "./alert-rule.ts";

const failures = [
  "sentinel_meter_cut_off_request_failures_total",
  "sentinel_auth_cut_off_closing_failures_total",
]
  .map((name) => `sum(increase(${name}[5m]))`)
  .join(" + ");

/** Whether devices that send too much are found and kept out. */
export const meterAlerts: readonly Alert[] = [
  {
    name: "SentinelMeterDevicesCutOff",
    severity: "warning",
    when: "sum(increase(sentinel_auth_cut_offs_total[10m])) > 10",
    lasting: "1m",
    summary: "{{ $value | humanize }} devices were cut off within ten minutes",
    impact:
      "They get no alerts until they may log in again. Many at once: an attack, or a fleet whose software sends more than is allowed.",
  },
  {
    name: "SentinelMeterFloodersNotCutOff",
    severity: "critical",
    when: `${failures} > 3`,
    lasting: "1m",
    summary: "Devices that send too much cannot be cut off",
    impact:
      "They go on sending, and what they send delays and fills what the reports of all share.",
  },
  {
    name: "SentinelMeterCutOffsWithheld",
    severity: "critical",
    when: "sum(increase(sentinel_auth_cut_offs_withheld_total[5m])) > 3",
    lasting: "0s",
    summary:
      "{{ $value | humanize }} requests to cut a device off were not followed within five minutes",
    impact:
      "More devices flood at once than are cut off in a minute, and go on; or somebody has the meter's password and keeps devices out.",
  },
  {
    name: "SentinelMeterInterrupted",
    severity: "warning",
    when: "max by (replica) (increase(sentinel_meter_interruptions_total[30m])) > 3",
    lasting: "1m",
    summary:
      "{{ $labels.replica }} has lost its connection {{ $value | humanize }} times in half an hour",
    impact:
      "What devices send meanwhile is not counted by this replica. When it is too slow for what comes, floods are found late.",
  },
  {
    name: "SentinelReportsLost",
    severity: "warning",
    // Every replica counts all of them.
    when: "max(increase(sentinel_meter_lost_reports_total[10m])) > 0",
    lasting: "0s",
    summary: "At least {{ $value | humanize }} reports of devices were lost within ten minutes",
    impact:
      "REPORT_INGRESS was full, or had no leader. The devices do not know: nothing is sent again.",
  },
];
