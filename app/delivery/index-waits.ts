import type { Place } from "./missed-alerts.ts";

interface Waiting {
  readonly place: Place;
  readonly go: () => void;
  gone: boolean;
}

export interface IndexWaitsOptions {
  readonly isAtHand: (place: Place) => boolean;
  /** Resolves when the index may have grown, or may be another one. */
  readonly grown: () => Promise<void>;
}

const needOf = (place: Place): number => ("sequence" in place ? place.sequence : place.since);

/**
 * Those who wait until an index reaches as far back as they need. It grows backwards, so that who needs
 * least is next, whoever came first: at each growth only those are asked about who go, and one more.
 */
export class IndexWaits {
  readonly #options: IndexWaitsOptions;
  /** By how far back they need, the least at the end; of those who need as much, who came first. */
  readonly #times: Waiting[] = [];
  readonly #sequences: Waiting[] = [];
  #gone = 0;
  #watched = false;

  constructor(options: IndexWaitsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#times.length + this.#sequences.length - this.#gone;
  }

  /** Resolves when it is at hand. @throws the signal's reason */
  wait(place: Place, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#options.isAtHand(place)) return resolve();
      const leave = () => {
        waiting.gone = true;
        this.#gone++;
        this.#forget();
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const waiting: Waiting = { place, go, gone: false };
      signal.addEventListener("abort", leave, { once: true });
      insert("sequence" in place ? this.#sequences : this.#times, waiting);
      if (!this.#watched) void this.#watch();
    });
  }

  async #watch(): Promise<void> {
    this.#watched = true;
    while (this.size > 0) {
      await this.#options.grown();
      this.#release(this.#times);
      this.#release(this.#sequences);
    }
    this.#watched = false;
  }

  #release(list: Waiting[]): void {
    for (let next = list.at(-1); next; next = list.at(-1)) {
      if (!next.gone && !this.#options.isAtHand(next.place)) return;
      list.pop();
      if (next.gone) this.#gone--;
      else next.go();
    }
  }

  /** In bulk: to look for each one that leaves would be quadratic when all of them do. */
  #forget(): void {
    if (this.#gone * 2 < this.#times.length + this.#sequences.length) return;
    for (const list of [this.#times, this.#sequences]) {
      const rest = list.filter(({ gone }) => !gone);
      list.length = 0;
      for (const each of rest) list.push(each);
    }
    this.#gone = 0;
  }
}

/** Before all who need as much or less. */
function insert(list: Waiting[], waiting: Waiting): void {
  const value = needOf(waiting.place);
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other && needOf(other.place) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, waiting);
}
