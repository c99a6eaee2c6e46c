import { setTimeout as delay } from "node:timers/promises";
import type { Load, LoadResult } from "../local/load/load.ts";

export interface Step {
  /** Alerts a second that were asked for. */
  readonly rate: number;
  readonly seconds: number;
  readonly published: number;
  /** Alerts a second that the devices got while publishing went on. */
  readonly deliveredPerSecond: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly misdelivered: number;
  /** How long the last alert took to arrive after publishing stopped, in seconds. */
  readonly drainSeconds: number;
  readonly delivery: LoadResult["fleet"]["latency"];
  /** Nothing lost, and delivery kept up with publishing. */
  readonly sustained: boolean;
}

/**
 * A rate that is not carried piles up a backlog: less arrives than is published, and the rest takes
 * its time after publishing has stopped.
 */
const leastDelivered = 0.95;
const longestDrainSeconds = 2;

/** Lets a load run for a while and judges whether its rate was carried. */
export async function runStep(load: Load, rate: number, seconds: number): Promise<Step> {
  const started = performance.now();
  const before = load.state().fleet.delivered;
  await delay(seconds * 1000);
  const elapsed = (performance.now() - started) / 1000;
  const deliveredPerSecond = (load.state().fleet.delivered - before) / elapsed;
  const stopped = performance.now();
  const { fleet, publisher, lost } = await load.finish(60_000);
  const drainSeconds = Number(((performance.now() - stopped) / 1000).toFixed(1));
  return {
    rate,
    seconds,
    published: publisher.acknowledged,
    deliveredPerSecond: Math.round(deliveredPerSecond),
    lost,
    duplicated: fleet.duplicated,
    outOfOrder: fleet.outOfOrder,
    misdelivered: fleet.misdelivered,
    drainSeconds,
    delivery: fleet.latency,
    sustained:
      lost === 0 &&
      deliveredPerSecond >= leastDelivered * rate &&
      drainSeconds <= longestDrainSeconds,
  };
}
