/** Lets so many tasks run at once; the others wait in the order in which they came. */
export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #first = 0;
  #free: number;

  constructor(slots: number) {
    this.#free = slots;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  /** The slot goes to who waits for longest, without being free in between. */
  #release(): void {
    const next = this.#waiting[this.#first];
    if (!next) {
      this.#waiting.length = 0;
      this.#first = 0;
      this.#free++;
      return;
    }
    this.#first++;
    // Dropped in bulk: shifting each one would be quadratic in a backlog.
    if (this.#first === 1_024) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    next();
  }
}
