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
 * and what is stored in it is younger.
 */
export class SeenEntry {
  #newest: EntrySight = { revision: 0, storedAt: 0 };
  #sinceMs = 0;

  /** Since when, by the clock of `look`. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whether this is the newest entry that was seen. */
  look(sight: EntrySight, nowMs: number): boolean {
    const { revision, storedAt } = this.#newest;
    if (sight.revision === revision) return true;
    if (sight.revision < revision && sight.storedAt <= storedAt) return false;
    this.#newest = sight;
    this.#sinceMs = nowMs;
    return true;
  }
}
