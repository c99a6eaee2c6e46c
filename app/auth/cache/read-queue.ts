import { readBatchSize } from "../../registry/device-batch.ts";

export interface ReadQueueOptions {
  /** Reads at most `readBatchSize` different ids. Never rejects. */
  readonly read: (clientIds: readonly string[]) => Promise<void>;
  /** Batches that may be under way at the same time, asked before each. */
  readonly atOnce: () => number;
}

/**
 * Ids that wait to be read. While few ask, an id is read at once; while many ask, few batches are
 * under way and what waits meanwhile makes the next ones full. So a new replica, which knows nobody,
 * asks DynamoDB for more ids, not more often.
 */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  readonly #first: string[] = [];
  readonly #others: string[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(options: ReadQueueOptions) {
    this.#options = options;
  }

  /** @param ahead before all that were not added so. */
  add(clientId: string, ahead: boolean): void {
    (ahead ? this.#first : this.#others).push(clientId);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // All that ask in this turn of the event loop go together.
    setImmediate(() => {
      this.#scheduled = false;
      this.#fill();
    });
  }

  /** Takes out all that have not been asked for yet. */
  clear(): string[] {
    return [...this.#first.splice(0), ...this.#others.splice(0)];
  }

  #fill(): void {
    while (this.#underWay < this.#options.atOnce()) {
      const ids = this.#first.splice(0, readBatchSize);
      ids.push(...this.#others.splice(0, readBatchSize - ids.length));
      if (ids.length === 0) return;
      this.#underWay++;
      void this.#options.read(ids).then(() => {
        this.#underWay--;
        this.#fill();
      });
    }
  }
}
