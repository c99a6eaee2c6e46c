import { setTimeout as delay } from "node:timers/promises";
import type { Load } from "./load.ts";

export interface WarmUpOptions {
  /** Alerts a second. */
  readonly rate: number;
  /** Of the run; none for one without an end. */
  readonly runSeconds: number | undefined;
  readonly signal: AbortSignal;
}

const lookMs = 250;
const leastSeconds = 5;
const mostSeconds = 60;

/**
 * Caches and compilers are cold once in the life of a process, and what piled up meanwhile takes its
 * time: latencies are measured from when alerts arrive as fast as they come, at the latest from the
 * middle of a run. Losses count from the first alert on.
 *
 * @returns how many seconds it took.
 */
export async function warmUp(
  load: Pick<Load, "state" | "measure">,
  { rate, runSeconds = Number.POSITIVE_INFINITY, signal }: WarmUpOptions,
): Promise<number> {
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  const least = Math.min(leastSeconds, runSeconds / 4);
  const most = Math.min(mostSeconds, runSeconds / 2);
  const settled = () => {
    const { publisher, fleet } = load.state();
    // Both tell of themselves at moments of their own.
    return publisher.acknowledged - fleet.delivered < Math.max(10, rate / 2);
  };
  while (!signal.aborted && seconds() < most && (seconds() < least || !settled())) {
    await delay(lookMs, undefined, { signal }).catch(() => {});
  }
  load.measure();
  return seconds();
}
