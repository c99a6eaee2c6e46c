import type { CatchUp } from "./catch-up.ts";
import type { LastSeen } from "./last-seen.ts";

/** A device that is being sent what it missed. */
export interface Job {
  readonly catchUp: CatchUp;
  readonly fromMs: number;
  /** Its device has asked for what it lacks itself. */
  postponed?: boolean;
  /** It waits until an index reaches what it lacks. */
  unreached?: boolean;
  seen?: LastSeen;
  interruptions?: number;
  failures: number;
}

const retryMs = 1_000;
const longestRetryMs = 30_000;

/** Whether it waits for nothing but its turn. */
export const isInTurn = ({ failures, postponed, unreached }: Job): boolean =>
  failures === 0 && !postponed && !unreached;

export const retryAfterMs = ({ failures }: Job): number =>
  Math.min(longestRetryMs, retryMs * 2 ** (failures - 1));
