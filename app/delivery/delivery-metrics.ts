import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { latencyBuckets } from "../shared/metrics.ts";
import { refusals } from "./resume.ts";

interface Turn {
  readonly peer: string;
  readonly held: () => boolean;
}

interface Watched {
  readonly inHand: () => number;
  readonly waiting: () => number;
  readonly window: () => number;
}

export type DeliveryMetrics = ReturnType<typeof createDeliveryMetrics>;

export function createDeliveryMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `sentinel_delivery_${name}_total`, help, registers });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name: `sentinel_delivery_${name}`, help, registers },
      collect() {
        this.set(value());
      },
    });
  const resumes = new Counter({
    name: "sentinel_delivery_resumes_total",
    help: "Devices that asked for what they lack, by the answer",
    labelNames: ["answer"],
    registers,
  });
  for (const answer of ["complete", ...refusals]) resumes.inc({ answer }, 0);
  return {
    resumes,
    mirrored: counter(
      "mirrored_alerts",
      "Alerts that other regions took in and that were sent to devices here",
    ),
    begun: counter("catch_ups_begun", "Subscriptions of devices, each to be sent what it missed"),
    done: counter("catch_ups", "Devices that were sent all that they had missed"),
    gone: counter("gone_devices", "Devices that were gone before they were sent anything"),
    found: counter("found_devices", "Devices that had connected and that nobody had seen to"),
    turnedAway: counter("turned_away_devices", "Devices that found no room to wait"),
    lacking: counter(
      "lacking_devices",
      "Devices that were away for longer than alerts are kept, and were told",
    ),
    retries: counter("retries", "Failed attempts to send a device what it missed"),
    alerts: counter("alerts", "Missed alerts that were sent"),
    ends: counter("ended_sessions", "Sessions whose end was told"),
    endFailures: counter(
      "unrecorded_ends",
      "Ends of sessions that could not be recorded: their devices are sent more than they missed",
    ),
    interruptions: counter("interruptions", "Times at which the connection was lost"),
    seconds: new Histogram({
      name: "sentinel_delivery_catch_up_seconds",
      help: "From a device's subscription until it was sent what it had missed",
      buckets: [...latencyBuckets, 60, 300],
      registers,
    }),
    watchTurns: (turns: readonly Turn[]) => {
      const held = new Gauge({
        name: "sentinel_delivery_mirror_turn_held",
        help: "Whether this replica is the one that sends what comes from a region",
        labelNames: ["peer"] as const,
        registers,
        collect() {
          for (const turn of turns) this.set({ peer: turn.peer }, Number(turn.held()));
        },
      });
      for (const { peer } of turns) held.set({ peer }, 0);
    },
    watch: ({ inHand, waiting, window }: Watched) => {
      gauge("devices_in_hand", "Devices that are being sent what they missed", inHand);
      gauge("waiting_devices", "Those that wait for their turn", waiting);
      gauge("window", "How many may be read for at a time", window);
    },
  };
}
