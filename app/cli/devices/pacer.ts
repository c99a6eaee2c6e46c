import { setTimeout as delay } from "node:timers/promises";

export interface PacerOptions {
  /** Undefined: as fast as it goes. */
  readonly perSecond: number | undefined;
  readonly clock?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Lets so many through a second, evenly: each call resolves when it is its turn. What was not used
 * is not made up for, so that a table is never asked for more than was allowed.
 */
export function createPacer(options: PacerOptions): () => Promise<void> {
  const { perSecond, clock = () => performance.now(), wait = delay } = options;
  if (perSecond === undefined) return async () => {};
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock();
    const turn = Math.max(next, now);
    next = turn + 1_000 / perSecond;
    if (turn > now) await wait(turn - now);
  };
}
