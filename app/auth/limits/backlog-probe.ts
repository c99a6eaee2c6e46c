export interface BacklogProbeOptions {
  /** Resolves when what is sent now has come back behind everything that waits. */
  readonly echo: () => Promise<unknown>;
  readonly everyMs: number;
  /** Milliseconds of a clock that does not jump. */
  readonly clock: () => number;
}

/**
 * How long a request waits before this process gets to it: the answer to a ping comes back behind
 * all requests that the server has sent on the same connection. A request itself says when it was
 * made to the second only.
 */
export class BacklogProbe {
  readonly #options: BacklogProbeOptions;
  readonly #timer: NodeJS.Timeout;
  #sentAt: number | undefined;
  #lastMs = 0;

  constructor(options: BacklogProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#probe(), options.everyMs);
    this.#timer.unref();
  }

  get ms(): number {
    const waiting = this.#sentAt === undefined ? 0 : this.#options.clock() - this.#sentAt;
    return Math.max(this.#lastMs, waiting);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #probe(): Promise<void> {
    if (this.#sentAt !== undefined) return;
    const { echo, clock } = this.#options;
    const sentAt = clock();
    this.#sentAt = sentAt;
    try {
      await echo();
      this.#lastMs = clock() - sentAt;
    } catch {
      // Without a connection nothing waits.
      this.#lastMs = 0;
    }
    this.#sentAt = undefined;
  }
}
