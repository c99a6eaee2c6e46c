/**
 * Bounds the time that one turn of the event loop spends on something.
 *
 * Messages come in batches, and each goes on in the same turn as the one before. Without a break
 * between them, the renewals of leases and what is to be sent wait for the whole batch.
 */
export class TurnBudget {
  readonly #limitMs: number;
  #spentMs = 0;
  #next: Promise<void> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Adds to what this turn has spent. */
  spend(ms: number): void {
    this.#spentMs += ms;
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#spentMs = 0;
        this.#next = undefined;
        resolve();
      });
    });
  }

  /** Undefined while there is time left in this turn; otherwise wait for it and ask again. */
  pause(): Promise<void> | undefined {
    return this.#spentMs < this.#limitMs ? undefined : this.#next;
  }
}
