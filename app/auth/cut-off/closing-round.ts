import type { Logger } from "../../shared/log.ts";

export interface ClosingRoundOptions {
  /** Closes the sessions of these devices. */
  readonly close: (clientIds: ReadonlySet<string>) => Promise<void>;
  readonly log: Logger;
  readonly onFailure: () => void;
  /** Whose sessions are tried to be closed again after a failure; otherwise nobody's. */
  readonly stillWanted?: (clientId: string) => boolean;
}

const retryMs = 1_000;

/**
 * Closes sessions of devices that were cut off or barred: those that come while a round is under way are
 * seen to together in the next. What fails is not repeated for a device that was cut off: while it still
 * sends, it is told of again.
 */
export class ClosingRound {
  readonly #options: ClosingRoundOptions;
  #waiting = new Set<string>();
  #running = false;

  constructor(options: ClosingRoundOptions) {
    this.#options = options;
  }

  add(clientId: string): void {
    this.#waiting.add(clientId);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      const taken = this.#waiting;
      this.#waiting = new Set();
      await this.#close(taken);
    }
    this.#running = false;
  }

  async #close(clientIds: ReadonlySet<string>): Promise<void> {
    const { close, log, onFailure, stillWanted } = this.#options;
    try {
      await close(clientIds);
    } catch (error) {
      onFailure();
      log.warn({ err: error, devices: clientIds.size }, "sessions of devices stay open");
      const wanted = [...clientIds].filter((id) => stillWanted?.(id));
      for (const id of wanted) setTimeout(() => this.add(id), retryMs).unref();
    }
  }
}
