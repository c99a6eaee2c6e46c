import { Semaphore } from "../../shared/semaphore.ts";
import { Problem } from "../api/problem.ts";

/** Readings at a time. One may bring 4 MiB, from servers that have alerts to store. */
const atATime = 3;
/** Readings that are begun or wait, of one token and of all. */
const [ofOne, ofAll] = [8, 32];

/** What reading streams may cost: a filter that lets little through makes each page read much. */
export class StreamReads {
  readonly #turns = new Semaphore(atATime);
  readonly #open = new Map<string, number>();

  /**
   * Reads when it is this one's turn.
   *
   * @throws Problem `too-many-requests` when too many wait already.
   */
  async read<T>(holder: string, reading: () => Promise<T>): Promise<T> {
    const theirs = this.#open.get(holder) ?? 0;
    const all = [...this.#open.values()].reduce((sum, each) => sum + each, 0);
    if (theirs >= ofOne || all >= ofAll) {
      const detail = `${theirs >= ofOne ? ofOne : ofAll} readings wait already; wait for their answers`;
      throw new Problem("too-many-requests", detail, { headers: { "retry-after": "1" } });
    }
    this.#open.set(holder, theirs + 1);
    try {
      return await this.#turns.run(reading);
    } finally {
      const left = (this.#open.get(holder) ?? 1) - 1;
      if (left > 0) this.#open.set(holder, left);
      else this.#open.delete(holder);
    }
  }
}
