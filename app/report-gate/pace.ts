/** Half of what an alert may take from its publisher to its device. */
const targetMs = 25;
const least = 2;
const most = 64;

/**
 * How many reports may be on their way to the stream at a time: more while it answers soon, fewer while it
 * is slow. Reports and alerts are stored by the same servers, and alerts go first: the
 * reports of a device that floods, or of a fleet that comes back, take what is left.
 *
 * The window moves as that of LEDBAT (RFC 6817, 2.4.2), by the time until an answer instead of the
 * delay of a queue, and halves when an attempt fails.
 */
export class Pace {
  #window = 8;

  get window(): number {
    return this.#window;
  }

  /** @param latencyMs of one that was stored at the first attempt. */
  stored(latencyMs: number): void {
    const off = Math.max(-1, (targetMs - latencyMs) / targetMs);
    this.#set(this.#window + off / this.#window);
  }

  failed(): void {
    this.#set(this.#window / 2);
  }

  #set(window: number): void {
    this.#window = Math.min(most, Math.max(least, window));
  }
}
