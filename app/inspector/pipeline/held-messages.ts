/** A message held for so long makes its replica not ready: somebody has to look. */
const patienceMs = 30_000;

/** Messages whose inspection failed and is being repeated. */
export class HeldMessages {
  readonly #sinceMs = new Map<number, number>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#sinceMs.size;
  }

  add(sequence: number): void {
    if (!this.#sinceMs.has(sequence)) this.#sinceMs.set(sequence, this.#clock());
  }

  delete(sequence: number): void {
    this.#sinceMs.delete(sequence);
  }

  /** Undefined while none is held for too long. */
  notReady(): string | undefined {
    // In the order of insertion: the first is held for longest.
    for (const [sequence, sinceMs] of this.#sinceMs) {
      const heldMs = this.#clock() - sinceMs;
      if (heldMs < patienceMs) return undefined;
      return `message ${sequence} could not be inspected for ${Math.round(heldMs / 1000)} s`;
    }
    return undefined;
  }
}
