import { onTheWayMs } from "../shared/on-the-way.ts";

/** How far a stream was sent, and how much of that may still get lost with the server that took it. */
export class SentPlaces {
  #settled: number;
  #losses: number;
  /** What was sent since, in order. */
  #recent: { readonly sequence: number; readonly sentMs: number }[] = [];

  /** @param sequence the last one that was sent before. */
  constructor(sequence: number, losses = 0) {
    this.#settled = sequence;
    this.#losses = losses;
  }

  /** The last one of those that are surely on their way. */
  get settled(): number {
    return this.#settled;
  }

  /** The last one that a server has. */
  get flushed(): number {
    return this.#recent.at(-1)?.sequence ?? this.#settled;
  }

  get next(): number {
    return this.flushed + 1;
  }

  /**
   * Told before anything else how often the connection was lost so far: what may have been lost with the
   * server is to be sent once more.
   */
  lost(times: number): void {
    if (times !== this.#losses) this.#recent = [];
    this.#losses = times;
  }

  /** All up to this one was sent, and a server has it. Monotonic milliseconds. */
  sent(sequence: number, sentMs: number): void {
    this.#recent.push({ sequence, sentMs });
    this.settle(sentMs);
  }

  /** The server was there at this time. */
  settle(atMs: number): void {
    const first = this.#recent.findIndex(({ sentMs }) => sentMs > atMs - onTheWayMs);
    const over = this.#recent.splice(0, first < 0 ? this.#recent.length : first);
    this.#settled = over.at(-1)?.sequence ?? this.#settled;
  }
}
