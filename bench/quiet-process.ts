import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** proc(5): processor time of a process in hundredths of a second, after its name in parentheses. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

const windowMs = 1_000;
/** Of 100 in a window. */
const restingTicks = 5;

/**
 * Waits until a process rests, at most so long: a table that was just filled is tidied up for a
 * while, which would be counted against what is measured meanwhile.
 */
export async function quiet(pid: number, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  let before = ticksOf(pid);
  while (performance.now() < deadline) {
    await delay(windowMs);
    const now = ticksOf(pid);
    if (now - before <= restingTicks) return;
    before = now;
  }
}
