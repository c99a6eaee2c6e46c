import { setTimeout as delay } from "node:timers/promises";
import type { Load, LoadResult } from "../local/load/load.ts";
import { type ProcessorShares, ProcessorWatch } from "../local/processor-watch.ts";

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
  /** Of the servers that are measured, while publishing went on. */
  readonly processors: ProcessorShares;
  /** Their processor time for each alert that arrived then. */
  readonly processorMsPerAlert: number;
  /** Nothing lost, and delivery kept up with publishing. */
  readonly sustained: boolean;
}

/**
 * A rate that is not carried piles up a backlog: less arrives than is published, and the rest takes
 * its time after publishing has stopped.
 */
export const leastDelivered = 0.95;
const longestDrainSeconds = 2;

export interface StepOptions {
  readonly rate: number;
  readonly seconds: number;
  /** Before them: not measured. */
  readonly warmUpSeconds: number;
  /** Of the servers that are measured. */
  readonly pids: readonly number[];
}

/** Lets a load run for a while on servers of these ids, and judges whether its rate was carried. */
export async function runStep(
  load: Load,
  { rate, seconds, warmUpSeconds, pids }: StepOptions,
): Promise<Step> {
  await delay(warmUpSeconds * 1000);
  const watch = new ProcessorWatch({ region: () => [...pids], load: () => [...load.pids] });
  const started = performance.now();
  const before = load.state().fleet.delivered;
  await delay(seconds * 1000);
  const elapsed = (performance.now() - started) / 1000;
  const arrived = load.state().fleet.delivered - before;
  const deliveredPerSecond = arrived / elapsed;
  const processors = watch.shares();
  watch.stop();
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
    processors,
    processorMsPerAlert: (processors.regionSeconds * 1000) / Math.max(1, arrived),
    sustained:
      lost === 0 &&
      deliveredPerSecond >= leastDelivered * rate &&
      drainSeconds <= longestDrainSeconds,
  };
}
