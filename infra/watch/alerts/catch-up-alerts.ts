import type { Alert } from "./alert-rule.ts";

/** Whether devices that come back are sent what they missed. */
export const catchUpAlerts: readonly Alert[] = [
  {
    name: "SentinelCatchUpFailing",
    severity: "warning",
    when: "sum(increase(sentinel_delivery_retries_total[5m])) > 20",
    lasting: "5m",
    summary: "{{ $value | humanize }} attempts to send devices what they missed failed",
    impact:
      "Devices that come back get new alerts, and what they missed only when an attempt succeeds. Nothing is lost while MQTT_ALERTS keeps it.",
  },
  {
    name: "SentinelCatchUpWaiting",
    severity: "warning",
    when: "min by (replica) (min_over_time(sentinel_delivery_waiting_devices[10m])) > 1000",
    lasting: "0s",
    summary: "{{ $value | humanize }} devices wait at {{ $labels.replica }} for what they missed",
    impact:
      "After the outage of an edge or a region that is how it should be: alerts go first. Otherwise catching up is too slow.",
  },
  {
    name: "SentinelCatchUpTurnedAway",
    severity: "warning",
    when: "sum(increase(sentinel_delivery_turned_away_devices_total[10m])) > 0",
    lasting: "0s",
    summary: "{{ $value | humanize }} devices found no room to wait for what they missed",
    impact: "They get it when there is room.",
  },
  {
    name: "SentinelCatchUpEndsNotTold",
    severity: "warning",
    when:
      "sum(increase(sentinel_delivery_catch_ups_begun_total[1h])) > 100" +
      " and sum(increase(sentinel_delivery_ended_sessions_total[1h])) == 0",
    lasting: "1h",
    summary: "Devices come, and no server tells of the end of a session",
    impact:
      "Nobody knows up to when a device has its alerts. Nothing is lost; devices get the same alerts again whenever they connect.",
  },
];
