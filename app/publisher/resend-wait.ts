/** Twice as long each time that nothing was confirmed, up to this. */
const longestMs = 300_000;

/**
 * How long a confirmation is waited for before alerts are sent again. It follows what confirmations take:
 * a region that is a minute behind, but works, must not get everything again every few seconds.
 */
export class ResendWait {
  readonly #leastMs: number;
  #ms: number;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
    this.#ms = leastMs;
  }

  get ms(): number {
    return this.#ms;
  }

  /** Nothing was confirmed in time. */
  lengthen(): void {
    this.#ms = Math.min(longestMs, this.#ms * 2);
  }

  /** A confirmation took so long; from then on twice that is waited for. */
  measure(tookMs: number): void {
    this.#ms = Math.min(longestMs, Math.max(this.#leastMs, tookMs * 2));
  }
}
