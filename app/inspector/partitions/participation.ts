/** Without a whole round for so long we cannot claim to take part. */
const contactLimitMs = 5_000;
/** Longer than it takes to get a partition from one who hands it back or is dead. */
const ownerlessLimitMs = 10_000;

/** Whether a replica takes part in reading the log: it sees what there is, and has some of its share. */
export class Participation {
  readonly #clock: () => number;
  #contactMs: number;
  #owningMs: number;
  #share = 0;
  #trouble = "";

  /** The clock in monotonic milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#contactMs = clock();
    this.#owningMs = this.#contactMs;
  }

  failed(trouble: string): void {
    this.#trouble = trouble;
  }

  /** A whole round has worked. A replica beyond the number of partitions has no share, and is ready. */
  took({ share, owned }: { share: number; owned: number }): void {
    this.#contactMs = this.#clock();
    this.#share = share;
    if (owned > 0 || share === 0) this.#owningMs = this.#contactMs;
  }

  notReady(): string | undefined {
    const silentMs = this.#clock() - this.#contactMs;
    if (silentMs >= contactLimitMs) {
      return `no partition could be renewed or seen for ${seconds(silentMs)}: ${this.#trouble}`;
    }
    const ownerlessMs = this.#clock() - this.#owningMs;
    if (ownerlessMs < ownerlessLimitMs) return undefined;
    return `none of the ${this.#share} partitions that are due here is ours for ${seconds(ownerlessMs)}`;
  }
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
