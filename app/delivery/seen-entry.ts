/** An entry as a copy of its stream gave it. */
export interface EntrySight {
  /** Its sequence in the stream; 0 where there is none. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/**
 * Since when an entry has not changed, as far as copies of its stream tell that may disagree: one that
 * lags gives an older entry, which is no change. In a stream that was made anew revisions begin again,
 * and what is stored in it is younger. Where nothing but an older entry is given for longer than a copy
 * lags, it is the newest there is: the stream is empty now, or was restored from before.
 */
export class SeenEntry {
  #newest: EntrySight = { revision: 0, storedAt: 0 };
  #sinceMs = 0;
  readonly #lagMs: number;
  /** When the newest was given for the last time. */
  #givenMs = Number.NEGATIVE_INFINITY;

  constructor(lagMs: number) {
    this.#lagMs = lagMs;
  }

  /** Since when, by the clock of `look`. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whether this is the newest entry that was seen. */
  look(sight: EntrySight, nowMs: number): boolean {
    const { revision, storedAt } = this.#newest;
    const isOlder = sight.revision < revision && sight.storedAt <= storedAt;
    if (isOlder && nowMs - this.#givenMs < this.#lagMs) return false;
    this.#givenMs = nowMs;
    if (sight.revision === revision) return true;
    this.#newest = sight;
    this.#sinceMs = nowMs;
    return true;
  }
}
