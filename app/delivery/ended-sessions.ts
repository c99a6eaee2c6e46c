import type { Logger } from "../shared/log.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import { afterEnd } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import type { SessionEnd } from "./session-record.ts";
import { Turns } from "./turns.ts";

export interface EndedSessionsOptions {
  readonly store: LastSeenStore;
  readonly overlapMs: number;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
}

/** Side by side: what is read and written together costs less. */
const atOnce = 64;
/** Beyond that an end is forgotten, and its device sent more than it missed. */
const most = 200_000;

/** Records up to when devices have what was sent to them, as their sessions end. */
export class EndedSessions {
  readonly #options: EndedSessionsOptions;
  readonly #turns = new Turns(() => atOnce);
  readonly #ended = new AbortController();

  constructor(options: EndedSessionsOptions) {
    this.#options = options;
  }

  record(end: SessionEnd): void {
    const { metrics } = this.#options;
    metrics.ends.inc();
    if (this.#turns.waiting < most) this.#turns.push(() => this.#record(end));
    else metrics.endFailures.inc();
  }

  get waiting(): number {
    return this.#turns.waiting + this.#turns.running;
  }

  stop(): void {
    this.#ended.abort();
  }

  async #record(end: SessionEnd): Promise<void> {
    const { store, overlapMs, metrics, log } = this.#options;
    try {
      const seen = await store.read(end.clientId);
      await store.write(end.clientId, afterEnd(seen, end, overlapMs), this.#ended.signal);
    } catch (error) {
      metrics.endFailures.inc();
      log.warn({ err: error, clientId: end.clientId }, "the end of a session is not recorded");
    }
  }
}
