/** Two counts of the same reports: of those that crossed and of those that were stored. */
export interface Look {
  /** Crossed so long before `stored` was asked for that whatever is stored of it was by then. */
  readonly crossedBefore: number;
  /** Last sequence of the stream. */
  readonly stored: number;
  /** Crossed so long after `stored` was told that it includes all of that. */
  readonly crossedAfter: number;
}

/**
 * How many reports crossed and were not stored. The two counts are never of the same moment: so it is
 * the least that is certain, which falls behind by some seconds of what crosses and catches up when
 * that pauses. It never calls a report lost that is only on its way.
 */
export class LossAccount {
  /** By how much the crossed were ahead of the stored without any loss, at most. */
  #ahead = Number.POSITIVE_INFINITY;
  #stored = 0;
  #lost = 0;

  /** Takes the next look as the beginning: what crossed before it was not counted in full. */
  restart(): void {
    this.#ahead = Number.POSITIVE_INFINITY;
    this.#lost = 0;
  }

  /** @returns how many more are lost than was known. */
  take({ crossedBefore, stored, crossedAfter }: Look): number {
    // A stream that was made anew counts from one again.
    if (stored < this.#stored) this.restart();
    this.#stored = stored;
    this.#ahead = Math.min(this.#ahead, crossedAfter - stored - this.#lost);
    const more = Math.max(0, crossedBefore - stored - this.#ahead - this.#lost);
    this.#lost += more;
    return more;
  }
}
