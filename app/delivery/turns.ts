type Task = () => Promise<void>;

/** Runs tasks in the order in which they come, so many side by side. Tasks must not reject. */
export class Turns {
  readonly #window: () => number;
  #waiting: Task[] = [];
  #next = 0;
  #running = 0;

  constructor(window: () => number) {
    this.#window = window;
  }

  push(task: Task): void {
    this.#waiting.push(task);
    this.#go();
  }

  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  get running(): number {
    return this.#running;
  }

  #go(): void {
    while (this.#running < this.#window()) {
      const task = this.#waiting[this.#next];
      if (!task) break;
      this.#next++;
      this.#running++;
      void task().finally(() => {
        this.#running--;
        this.#go();
      });
    }
    // Dropped in bulk: shifting each one would be quadratic in a backlog.
    if (this.#next > 1_024 || this.#next === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }
}
