import { setTimeout as delay } from "node:timers/promises";
import { processSeconds } from "../local/processor-time.ts";

const windowMs = 1_000;
/** Of a window. */
const restingSeconds = 0.05;

/**
 * Waits until a process rests, at most so long: a table that was just filled is tidied up for a
 * while, which would be counted against what is measured meanwhile.
 */
export async function quiet(pid: number, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  let before = processSeconds(pid);
  while (performance.now() < deadline) {
    await delay(windowMs);
    const now = processSeconds(pid);
    if (now - before <= restingSeconds) return;
    before = now;
  }
}
