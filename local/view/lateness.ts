import type { ProcessorShares } from "../processor-watch.ts";
import { ms, percent } from "./format.ts";

export const deliveryTargetMs = 50;

/** From here on what others take shows in the tail of everybody's latencies. */
const muchOfOthers = 0.1;
/** With less rest than this a message waits for a processor more often than not. */
const littleIdle = 0.1;

/**
 * Says in a sentence why delivery was over its target: for the machine or for the product. A run
 * without a latency, or within the target, has nothing to say.
 */
export function lateness(
  p99: number | undefined,
  { region, load, others, steal, idle, queue }: ProcessorShares,
): string | undefined {
  if (p99 === undefined || p99 <= deliveryTargetMs) return undefined;
  const late = `delivery P99 is ${ms(p99)} ms, over its target of ${deliveryTargetMs} ms`;
  const waiting = `${queue.toFixed(1)} threads ran or waited`;
  if (others + steal >= muchOfOthers) {
    return `${late}; the machine was slow: other programs had ${percent(others)} of its processors' time and its host took ${percent(steal)}, ${waiting}`;
  }
  if (idle < littleIdle) {
    return `${late}; the machine was full: the region had ${percent(region)} of its processors' time, the simulated load ${percent(load)}, ${waiting}. A lower --rate fits`;
  }
  return `${late}; the product was slow: the machine had ${percent(idle)} of its processors' time left, ${waiting}`;
}
