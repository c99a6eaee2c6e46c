import { LRUCache } from "lru-cache";
import { z } from "zod";
import { deviceStatuses, type KnownStatus } from "../../contract/device.ts";
import type { RecipientStatus } from "./message.ts";

/** Asks the registry for many ids at once. An id that cannot be told is left out of the answer. */
export type StatusQuery = (clientIds: readonly string[]) => Promise<unknown>;

export interface RecipientsOptions {
  readonly query: StatusQuery;
  readonly onFailure: (error: Error) => void;
  readonly onUnverified: () => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** How long an answer holds: an active device may be suspended, an unknown one may be registered. */
const activeForMs = 60_000;
const otherwiseForMs = 5_000;
/** So much longer an active device still counts as one while the registry is asked again. */
const refreshForMs = 600_000;
const mostRemembered = 500_000;
const batchLimit = 250;
/** What is asked within so long goes into one request. */
const gatherMs = 1;
/** After failures in a row nothing is asked for this long: each question would cost its time-out. */
const failuresInRow = 2;
const pauseMs = 1_000;

const AnswerSchema = z.record(z.string(), z.enum([...deviceStatuses, "unknown"]));

/**
 * The status of the devices that alerts are addressed to, from memory or from the registry.
 *
 * Never rejects: when the registry does not answer, the status is `unverified`, and nothing is
 * remembered of it.
 */
export class Recipients {
  readonly #options: RecipientsOptions;
  readonly #known: LRUCache<
    string,
    { readonly status: KnownStatus; readonly freshUntilMs: number }
  >;
  /** Who waits for which id. */
  readonly #asked = new Map<string, Promise<RecipientStatus>>();
  #gathering: { ids: string[]; answer: Promise<Readonly<Record<string, KnownStatus>>> } | undefined;
  #failures = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecipientsOptions) {
    this.#options = options;
    const perf = { now: options.clock };
    this.#known = new LRUCache({ max: mostRemembered, ttlResolution: 0, perf });
  }

  /** Synchronous when it is remembered, which spares the common case a turn of the event loop. */
  statusOf(clientId: string): RecipientStatus | Promise<RecipientStatus> {
    const known = this.#known.get(clientId);
    const asking =
      known && this.#options.clock() < known.freshUntilMs ? undefined : this.#asking(clientId);
    // A known device's alerts do not wait for the answer to be renewed.
    return known?.status ?? asking ?? "unverified";
  }

  #asking(clientId: string): Promise<RecipientStatus> {
    const asked = this.#asked.get(clientId);
    if (asked) return asked;
    const asking = this.#ask(clientId).finally(() => this.#asked.delete(clientId));
    this.#asked.set(clientId, asking);
    return asking;
  }

  async #ask(clientId: string): Promise<RecipientStatus> {
    const status = (await this.#join(clientId))[clientId];
    if (status === undefined) {
      this.#options.onUnverified();
      return "unverified";
    }
    const [freshMs, ttl] =
      status === "active"
        ? [activeForMs, activeForMs + refreshForMs]
        : [otherwiseForMs, otherwiseForMs];
    this.#known.set(clientId, { status, freshUntilMs: this.#options.clock() + freshMs }, { ttl });
    return status;
  }

  async #join(clientId: string): Promise<Readonly<Record<string, KnownStatus>>> {
    if (this.#options.clock() < this.#pausedUntilMs) return {};
    let batch = this.#gathering;
    if (!batch || batch.ids.length >= batchLimit) {
      const ids: string[] = [];
      batch = { ids, answer: this.#send(ids) };
      this.#gathering = batch;
    }
    batch.ids.push(clientId);
    return batch.answer;
  }

  async #send(ids: readonly string[]): Promise<Readonly<Record<string, KnownStatus>>> {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    // Who comes now needs a request of its own.
    if (this.#gathering?.ids === ids) this.#gathering = undefined;
    try {
      const answer = AnswerSchema.parse(await this.#options.query(ids));
      this.#failures = 0;
      return answer;
    } catch (error) {
      this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
      if (++this.#failures >= failuresInRow) {
        this.#pausedUntilMs = this.#options.clock() + pauseMs;
      }
      return {};
    }
  }
}
