import { quantileOf } from "../queries.ts";
import type { Section } from "./board.ts";
import { graph } from "./panels.ts";

const range = "$__rate_interval";
const rate = (metric: string) => `sum(rate(sentinel_delivery_${metric}_total[${range}]))`;

/** What devices are sent that come back. */
export const catchUp: Section = {
  title: "Catching up",
  panels: [
    graph({
      title: "Devices that came back",
      description: "Subscriptions, and what became of them",
      unit: "short",
      width: 8,
      queries: [
        { expr: rate("catch_ups_begun"), legend: "subscribed" },
        { expr: rate("catch_ups"), legend: "caught up" },
        { expr: rate("gone_devices"), legend: "gone before" },
        { expr: rate("turned_away_devices"), legend: "no room" },
        { expr: rate("found_devices"), legend: "found later" },
        { expr: rate("lacking_devices"), legend: "told that alerts are no longer kept" },
        { expr: rate("retries"), legend: "failed, tried again" },
      ],
    }),
    graph({
      title: "Missed alerts sent",
      description:
        "What devices had missed, what they are sent again to be sure, and what other regions took in",
      unit: "mps",
      width: 8,
      queries: [
        { expr: rate("alerts"), legend: "alerts" },
        {
          expr: `sum by (answer) (rate(sentinel_delivery_resumes_total[${range}]))`,
          legend: "asked for: {{answer}}",
        },
        { expr: rate("mirrored_alerts"), legend: "taken in by other regions, as they come" },
      ],
    }),
    graph({
      title: "Until caught up",
      description: "From a device's subscription until it was sent what it had missed",
      unit: "s",
      width: 8,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantileOf(q, "sentinel_delivery_catch_up_seconds", range),
        legend: `P${q * 100}`,
      })),
    }),
    graph({
      title: "Waiting to be caught up",
      description:
        "Devices, and for how many each replica reads at a time: fewer while the core is slow",
      unit: "short",
      width: 12,
      queries: [
        { expr: "sum(sentinel_delivery_waiting_devices)", legend: "waiting" },
        { expr: "sum(sentinel_delivery_devices_in_hand)", legend: "in hand" },
        { expr: "min(sentinel_delivery_window)", legend: "window, the smallest" },
        {
          expr: "max by (peer) (sentinel_delivery_mirror_turn_held)",
          legend: "a replica sends what {{peer}} takes in",
        },
      ],
    }),
    graph({
      title: "Ends of sessions",
      description: "Told by servers; those that could not be recorded; connections of ours lost",
      unit: "short",
      width: 12,
      queries: [
        { expr: rate("ended_sessions"), legend: "ended" },
        { expr: rate("unrecorded_ends"), legend: "not recorded" },
        {
          expr: "sum by (replica) (increase(sentinel_delivery_interruptions_total[5m]))",
          legend: "{{replica}} lost its connection",
        },
      ],
    }),
  ],
};
