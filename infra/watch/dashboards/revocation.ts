import { sessionSweepSeconds } from "../../../app/contract/limits.ts";
import type { Section } from "./board.ts";
import { graph } from "./panels.ts";

const range = "$__rate_interval";
const perSecond = (name: string, labels = "") => `sum${labels}(rate(${name}[${range}]))`;

/** Whether changes of the registry end what they should end. */
export const revocation: Section = {
  title: "Revocation",
  panels: [
    graph({
      title: "Changes and closed sessions",
      description: "Changed devices that the caches were told of, by replica; sessions closed",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: `max(rate(sentinel_auth_registry_changes_total[${range}]))`,
          legend: "changes",
        },
        { expr: perSecond("sentinel_auth_sessions_closed_total"), legend: "sessions closed" },
        {
          expr: perSecond("sentinel_auth_session_closing_failures_total"),
          legend: "failed attempts",
        },
      ],
    }),
    graph({
      title: "Devices whose sessions are being closed",
      description: "Each stays two seconds, for logins that were under way",
      unit: "short",
      width: 6,
      queries: [{ expr: "sum(sentinel_auth_sessions_closing)", legend: "devices" }],
    }),
    graph({
      title: "One session in all regions",
      description: "Logins told to other regions; sessions closed since their device is in another",
      unit: "reqps",
      width: 12,
      queries: [
        { expr: perSecond("sentinel_auth_logins_told_total"), legend: "told" },
        { expr: perSecond("sentinel_auth_logins_untold_total"), legend: "not told" },
        {
          expr: perSecond("sentinel_auth_moved_sessions_closed_total"),
          legend: "sessions closed",
        },
        {
          expr: perSecond("sentinel_auth_moved_sessions_failures_total"),
          legend: "not closed: no answer",
        },
        {
          expr: perSecond("sentinel_auth_moved_sessions_dropped_total"),
          legend: "not closed: too many",
        },
      ],
    }),
    graph({
      title: "Moved devices that wait",
      description: "Their sessions here are closed at MOVED_SESSIONS_PER_MINUTE for each region",
      unit: "short",
      width: 12,
      queries: [{ expr: "sentinel_auth_moved_sessions_waiting", legend: "{{replica}}" }],
    }),
    graph({
      title: "Since the last sweep",
      description: "Each region compares all sessions with the registry every quarter of an hour",
      unit: "s",
      width: 6,
      queries: [
        {
          expr: "time() - max(sentinel_auth_sweep_completed_timestamp_seconds > 0)",
          legend: "seconds",
        },
      ],
      limit: 2 * sessionSweepSeconds,
    }),
    graph({
      title: "Found by sweeps",
      description: "Sessions that had outlived the right of their device, and failed sweeps",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: `sum by (fault) (increase(sentinel_auth_sweep_faults_total[1h]))`,
          legend: "{{fault}}",
        },
        { expr: "sum(increase(sentinel_auth_sweep_failures_total[1h]))", legend: "failed sweeps" },
      ],
    }),
  ],
};
