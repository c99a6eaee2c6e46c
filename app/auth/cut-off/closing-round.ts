import { authTimeoutMs } from "../../contract/limits.ts";
import type { Logger } from "../../shared/log.ts";
import type { SessionCloser } from "../revocation/session-closer.ts";

export interface ClosingRoundOptions {
  readonly closer: Pick<SessionCloser, "close">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly onFailure: () => void;
}

/**
 * Closes the sessions of devices that were cut off: those that come while a round is under way are
 * seen to together in the next. Each device is seen to a second time, for a login that was under way.
 * What fails is not repeated: a device that still sends is told of again.
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
      setTimeout(() => void this.#close(taken), authTimeoutMs).unref();
    }
    this.#running = false;
  }

  async #close(clientIds: ReadonlySet<string>): Promise<void> {
    const { closer, clock, log, onFailure } = this.#options;
    try {
      await closer.close(clientIds, clock());
    } catch (error) {
      onFailure();
      log.warn({ err: error, devices: clientIds.size }, "sessions of cut-off devices stay open");
    }
  }
}
