const minuteMs = 60_000;

/** How much of something there may be in any minute. */
export class MinuteBudget {
  readonly #perMinute: number;
  /** Milliseconds since 1970. */
  readonly #clock: () => number;
  /** When each was, of this minute and not many more. */
  #times: number[] = [];

  constructor(perMinute: number, clock: () => number) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @param atMs of one that was, here or elsewhere. */
  note(atMs: number): void {
    if (atMs <= this.#clock() - minuteMs) return;
    this.#times.push(atMs);
    if (this.#times.length > 2 * this.#perMinute) this.#forget();
  }

  /** @param underWay that are not noted yet. */
  hasRoom(underWay = 0): boolean {
    this.#forget();
    return this.#times.length + underWay < this.#perMinute;
  }

  /** Takes one now. False when there is no room. */
  take(): boolean {
    if (!this.hasRoom()) return false;
    this.note(this.#clock());
    return true;
  }

  /** What is of an earlier minute; and of more than would be too many, since more changes nothing. */
  #forget(): void {
    const sinceMs = this.#clock() - minuteMs;
    this.#times = this.#times.filter((atMs) => atMs > sinceMs).slice(-2 * this.#perMinute);
  }
}
