import type { Logger } from "../shared/log.ts";
import { unsubscribed } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";

export interface UnsubscribedOptions {
  readonly store: Pick<LastSeenStore, "read" | "write">;
  /** Less than the while at the end of a session for which it proves nothing. */
  readonly afterMs: number;
  readonly log: Logger;
}

const endLimitMs = 5_000;

/**
 * Sessions without the subscription to alerts. A device has none when it connects, and mostly has it a
 * moment later, which costs nothing. One that stays without, because it has unsubscribed, is not
 * sent what is stored meanwhile: so the end of that session proves nothing.
 */
export class Unsubscribed {
  readonly #options: UnsubscribedOptions;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #ended = new AbortController();

  constructor(options: UnsubscribedOptions) {
    this.#options = options;
  }

  note(clientId: string): void {
    this.forget(clientId);
    const timer = setTimeout(() => void this.#record(clientId), this.#options.afterMs).unref();
    this.#waiting.set(clientId, timer);
  }

  /** The session was stored anew. */
  forget(clientId: string): void {
    clearTimeout(this.#waiting.get(clientId));
    this.#waiting.delete(clientId);
  }

  /** Records those that wait. */
  async end(): Promise<void> {
    const waiting = [...this.#waiting.keys()];
    const records = Promise.all(waiting.map((clientId) => this.#record(clientId)));
    const limit = setTimeout(() => this.#ended.abort(), endLimitMs);
    await records;
    clearTimeout(limit);
  }

  async #record(clientId: string): Promise<void> {
    const { store, log } = this.#options;
    this.forget(clientId);
    try {
      const seen = await store.read(clientId);
      if (seen.caughtUp) await store.write(clientId, unsubscribed(seen), this.#ended.signal);
    } catch (error) {
      log.warn({ err: error, clientId }, "a session without its subscription is not recorded");
    }
  }
}
