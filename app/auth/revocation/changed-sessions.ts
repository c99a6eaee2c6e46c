import { authTimeoutMs } from "../../contract/limits.ts";
import { endsSessions, parseChange } from "../../registry/change-message.ts";
import type { Logger } from "../../shared/log.ts";
import type { JsMsg } from "../../shared/nats.ts";
import { fewDevices, type SessionCloser } from "./session-closer.ts";

/** A message as far as it is needed here. */
export type ChangeMessage = Pick<JsMsg, "subject" | "data" | "ack" | "nak" | "working">;

export interface ChangedSessionsOptions {
  readonly closer: Pick<SessionCloser, "close">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly onFailure: () => void;
}

/** Questions for few devices that may be under way at the same time. */
const fewAtOnce = 16;
const retryMs = 1_000;
const workingMs = 10_000;

interface Held {
  readonly clientId: string;
  readonly message: ChangeMessage;
}

/**
 * Turns changes into closed sessions: few are seen to at once, many together. A change is
 * acknowledged when its sessions are closed, so one that a killed replica had is another's.
 */
export class ChangedSessions {
  readonly #options: ChangedSessionsOptions;
  readonly #held = new Set<ChangeMessage>();
  readonly #working: NodeJS.Timeout;
  #gathered: Held[] = [];
  #few = 0;
  #listing = false;

  constructor(options: ChangedSessionsOptions) {
    this.#options = options;
    this.#working = setInterval(() => {
      for (const message of this.#held) message.working();
    }, workingMs).unref();
  }

  get open(): number {
    return this.#held.size;
  }

  accept(message: ChangeMessage): void {
    const change = parseChange(message.subject, message.data);
    if (!change) this.#options.log.error({ subject: message.subject }, "not a change");
    if (!change || !endsSessions(change.kind)) {
      message.ack();
      return;
    }
    this.#held.add(message);
    this.#gathered.push({ clientId: change.clientId, message });
    // What arrives together is seen to together.
    if (this.#gathered.length === 1) setImmediate(() => this.#run());
  }

  /** What is not acknowledged comes again, to another replica. */
  stop(): void {
    clearInterval(this.#working);
    this.#gathered = [];
  }

  #run(): void {
    if (this.#gathered.length === 0) return;
    const few = this.#gathered.length <= fewDevices;
    if (few ? this.#few >= fewAtOnce : this.#listing) return;
    const taken = this.#gathered;
    this.#gathered = [];
    void this.#close(taken, few);
  }

  async #close(taken: readonly Held[], few: boolean): Promise<void> {
    const { closer, clock, log, onFailure } = this.#options;
    const clientIds = new Set(taken.map(({ clientId }) => clientId));
    const beforeMs = clock();
    const end = this.#begin(few);
    try {
      await closer.close(clientIds, beforeMs);
      // A listing is dear: the next one waits until this one's second look is over, too.
      if (few) end();
      // A login that was decided on what was known before may have been under way for so long.
      await new Promise((resolve) => setTimeout(resolve, authTimeoutMs));
      await closer.close(clientIds, beforeMs);
      this.#release(taken, (message) => message.ack());
    } catch (error) {
      onFailure();
      log.warn({ err: error, devices: taken.length }, "sessions cannot be closed, trying again");
      this.#release(taken, (message) => message.nak(retryMs));
    } finally {
      end();
    }
  }

  /** Takes a place; the returned function gives it back, once. */
  #begin(few: boolean): () => void {
    if (few) this.#few++;
    else this.#listing = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (few) this.#few--;
      else this.#listing = false;
      this.#run();
    };
  }

  #release(taken: readonly Held[], how: (message: ChangeMessage) => void): void {
    for (const { message } of taken) {
      this.#held.delete(message);
      how(message);
    }
  }
}
