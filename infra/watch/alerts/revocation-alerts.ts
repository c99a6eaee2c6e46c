import { sessionSweepSeconds } from "../../../app/contract/limits.ts";
import type { Alert } from "./alert-rule.ts";

const sweptAt = "max(sentinel_auth_sweep_completed_timestamp_seconds)";

/** Whether devices lose their sessions with their right to connect. */
export const revocationAlerts: readonly Alert[] = [
  {
    name: "SentinelAuthSessionsNotClosed",
    severity: "critical",
    when: "sum(rate(sentinel_auth_session_closing_failures_total[5m])) > 0",
    lasting: "2m",
    summary: "The sessions of changed devices cannot be closed",
    impact: "Devices that were revoked stay connected until their session ends, after hours.",
  },
  {
    name: "SentinelAuthMovedSessionsWaiting",
    severity: "warning",
    when: "max(sentinel_auth_moved_sessions_waiting) > 1000",
    lasting: "10m",
    summary:
      "{{ $value | humanize }} sessions here wait to be closed, since their devices are in another region",
    impact:
      "Those sessions stay for minutes or hours longer, and whoever is behind them reads alerts along. Many devices have moved, or somebody forges a region's news.",
  },
  {
    name: "SentinelAuthSweepMissing",
    severity: "warning",
    // A replica that was never the one to sweep says zero.
    when: `time() - ${sweptAt} > ${3 * sessionSweepSeconds} and ${sweptAt} > 0`,
    lasting: "1m",
    summary: "Sessions were last compared with the registry {{ $value | humanizeDuration }} ago",
    impact: "Changes that were written past our tools, or not told, do not end sessions.",
  },
  {
    name: "SentinelAuthSweepFaults",
    severity: "warning",
    when: "sum(increase(sentinel_auth_sweep_faults_total[1h])) > 0",
    lasting: "1m",
    summary: "{{ $value | humanize }} sessions had outlived the right of their device",
    impact:
      "The sweep has closed them. Somebody writes into the device table directly, or changes are not told.",
  },
];
