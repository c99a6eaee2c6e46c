/**
 * Runs tasks of one key one after the other and tasks of different keys side by side: order per
 * client without holding up other clients. A key costs memory only while it has tasks.
 *
 * Tasks must not reject: whoever enqueues decides what a failure means.
 */
export class KeyedQueue {
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #size = 0;

  /** Tasks that wait or run. */
  get size(): number {
    return this.#size;
  }

  push(key: string, task: () => Promise<void>): void {
    this.#size++;
    const line = this.#waiting.get(key);
    if (line) {
      line.push(task);
      return;
    }
    const started = [task];
    this.#waiting.set(key, started);
    void this.#run(key, started);
  }

  async #run(key: string, line: (() => Promise<void>)[]): Promise<void> {
    for (let next = 0; ; next++) {
      const task = line[next];
      if (!task) break;
      await task();
      this.#size--;
      // Finished tasks are dropped in bulk: shifting each one would be quadratic in a backlog.
      if (next === 1023) {
        line.splice(0, 1024);
        next = -1;
      }
    }
    this.#waiting.delete(key);
  }
}
