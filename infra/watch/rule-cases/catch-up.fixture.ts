import type { RuleCase } from "./rule-case.fixture.ts";

const own = `{replica="delivery-0"}`;
const retries = `sentinel_delivery_retries_total${own}`;
const waiting = `sentinel_delivery_waiting_devices${own}`;
const turnedAway = `sentinel_delivery_turned_away_devices_total${own}`;
const begun = `sentinel_delivery_catch_ups_begun_total${own}`;
const ended = `sentinel_delivery_ended_sessions_total${own}`;

export const catchUpCases: readonly RuleCase[] = [
  {
    alert: "SentinelCatchUpFailing",
    fires: [{ series: { [retries]: "0+10x20" }, at: 15 }],
    quiet: [{ series: { [retries]: "0x5 30x20" }, at: 15 }],
  },
  {
    alert: "SentinelCatchUpWaiting",
    fires: [{ series: { [waiting]: "5000x20" }, at: 15 }],
    quiet: [{ series: { [waiting]: "5000x5 10 5000x9" }, at: 15 }],
  },
  {
    alert: "SentinelCatchUpTurnedAway",
    fires: [{ series: { [turnedAway]: "0x5 3x20" }, at: 8 }],
    quiet: [{ series: { [turnedAway]: "3x30" }, at: 20 }],
  },
  {
    alert: "SentinelCatchUpEndsNotTold",
    fires: [{ series: { [begun]: "0+10x200", [ended]: "0x200" }, at: 150 }],
    quiet: [
      { series: { [begun]: "0+10x200", [ended]: "0+1x200" }, at: 150 },
      { series: { [begun]: "0+1x200", [ended]: "0x200" }, at: 150 },
    ],
  },
];
