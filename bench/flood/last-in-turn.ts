import { existsSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** A ninth of what a process of the region gets: less than that, and nothing is sent while the region is busy. */
const niceness = 10;
/** Of the session that a process is in: Linux shares processors out among sessions first, see sched(7). */
const sessionPriority = "/proc/self/autogroup";

/**
 * Lets the processes of the region go first: attackers and publishers have processors of their own, and
 * what theirs take of ours is not to be measured. For a process that leads a session: it ends with whoever has
 * started it, although that is another session's.
 */
export function comeLast(): void {
  setPriority(niceness);
  if (existsSync(sessionPriority)) writeFileSync(sessionPriority, String(niceness));
  process.once("disconnect", () => process.exit(0));
}
