import { silentLinesAtOnce } from "../../../app/contract/silent-lines.ts";
import type { Alert } from "./alert-rule.ts";

const failures = [
  "sentinel_meter_cut_off_request_failures_total",
  "sentinel_auth_cut_off_closing_failures_total",
]
  .map((name) => `sum(increase(${name}[5m]))`)
  .join(" + ");

const withheld = [
  "sentinel_auth_cut_offs_withheld_total",
  "sentinel_auth_cut_off_closings_withheld_total",
]
  .map((name) => `sum(increase(${name}[5m]))`)
  .join(" + ");

/** More than a gate has ended at one look, at each look: see `silentLinesAtOnce`. */
const manySilent = `max(min_over_time(sentinel_report_gate_silent_lines[10m])) > ${silentLinesAtOnce}`;
const silentFailures = "sum(increase(sentinel_report_gate_silent_lines_failures_total[10m])) > 5";

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
    when: `${withheld} > 3`,
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
      "What devices do meanwhile is not counted by this replica; what they report to the gate of an edge is lost. When it is too slow for what comes, floods are found late.",
  },
  {
    name: "SentinelReportsLost",
    severity: "warning",
    when: 'sum(increase(sentinel_report_gate_shed_reports_total{reason="no-room"}[10m])) > 0',
    lasting: "0s",
    summary: "{{ $value | humanize }} reports of devices were lost within ten minutes",
    impact:
      "REPORT_INGRESS took nothing for so long that a gate had no room left. The devices do not know: nothing is sent again.",
  },
  {
    name: "SentinelReportsHeld",
    severity: "warning",
    when: `max by (replica) (sentinel_report_gate_held_bytes) > ${16 * 1024 ** 2}`,
    lasting: "5m",
    summary: "The gate of {{ $labels.replica }} holds {{ $value | humanize1024 }}B of reports",
    impact:
      "They are not stored yet: REPORT_INGRESS is slow, full or without a leader. At 64 MiB reports are lost.",
  },
  {
    name: "SentinelSilentLinesStay",
    severity: "warning",
    when: `${silentFailures} or ${manySilent}`,
    lasting: "5m",
    summary: "Connections from which nothing comes any more are not ended in time",
    impact:
      "Devices without keep-alive do not learn that their line is dead, and alerts to them go nowhere until they come back.",
  },
];
