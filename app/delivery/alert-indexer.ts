import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../shared/log.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore } from "../shared/stored-messages.ts";
import {
  continues,
  noMark,
  type StreamMark,
  type StreamSight,
  sightIn,
} from "../shared/stream-sight.ts";
import { AlertIndex, type NotedAlert } from "./alert-index.ts";
import { AlertReading } from "./alert-reading.ts";

const stream = "MQTT_ALERTS";
/** Alerts that are noted together on the way back: a block of the store, or two. */
const backStep = 10_000;
/** Alerts that are read together. */
const batch = 1_000;
const followMs = 500;
const retryMs = 1_000;
const askLimitMs = 5_000;
/** Servers of whom most went down are not back within that. */
const restartMs = 1_000;

export interface AlertIndexerOptions {
  readonly connection: NatsConnection;
  /** Under which JetStream is asked, and where for how the stream is. */
  readonly api: string;
  readonly info: string;
  readonly log: Logger;
}

/**
 * Keeps the index of a stream of alerts, in memory: reads what comes, and from its start on backwards what
 * is stored, the latest first, for half of the time at most.
 */
export class AlertIndexer {
  readonly #options: AlertIndexerOptions;
  readonly #ended = new AbortController();
  readonly #reading: AlertReading;
  #index: AlertIndex | undefined;
  #mark: StreamMark = noMark;
  #first = 0;
  /** The last alert that was noted of what came: by it a stream is known that lost its end and was filled again. */
  #last: NotedAlert | undefined;
  #lookedMs = 0;
  #restarts = 0;
  /** Those who wait until the index reaches further back. */
  #waiting: (() => void)[] = [];

  constructor(options: AlertIndexerOptions) {
    this.#options = options;
    this.#reading = new AlertReading(options);
  }

  start(): void {
    void this.#repeat(followMs, "what comes to the stream of alerts is not noted", async () => {
      await this.#follow();
    });
    void this.#repeat(followMs, "what is in the stream of alerts is not noted", async () => {
      while (await this.#stepBack());
    });
  }

  stop(): void {
    this.#ended.abort();
    this.#wake();
  }

  /** Undefined while nobody has told of the stream yet. */
  get index(): AlertIndex | undefined {
    return this.#index;
  }

  /** How often the stream turned out to be another one: what the index told just before may be wrong. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Whether all that is kept from there on is in the index. */
  reaches(sequence: number): boolean {
    return this.#index !== undefined && this.#index.from <= Math.max(sequence, this.#first);
  }

  /** Resolves when the index may have grown, or may be another one. */
  grown(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #repeat(everyMs: number, failure: string, act: () => Promise<void>): Promise<void> {
    const { signal } = this.#ended;
    let failed = false;
    while (!signal.aborted) {
      let waitMs = everyMs;
      try {
        await act();
        failed = false;
      } catch (error) {
        waitMs = retryMs;
        if (!failed && !signal.aborted) this.#options.log.warn({ err: error }, failure);
        failed = true;
      }
      this.#wake();
      await delay(waitMs, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  async #follow(): Promise<void> {
    const sight = await this.#see();
    const index = await this.#continued(sight);
    while (index.until <= sight.lastSequence) {
      const alerts = await this.#reading.read(index.until, batch);
      const last = alerts.at(-1);
      // The copy that answers may lag.
      if (!last) break;
      index.note(alerts);
      index.reach({ until: last.sequence + 1 });
      const { sequence, subject, storedAt } = last;
      this.#last = { sequence, subject, storedAt };
    }
    const { created, at } = sight;
    this.#mark = { created, at, sequence: index.until - 1 };
    this.#lookedMs = performance.now();
  }

  /** The index of before, unless the stream is another one. */
  async #continued(sight: StreamSight): Promise<AlertIndex> {
    const before = this.#index;
    const same = before && continues(this.#mark, sight) && (await this.#hasLast(sight));
    if (before && !same) this.#restarts++;
    // From the last one on, so that it is known.
    const index = same ? before : new AlertIndex(Math.max(1, sight.lastSequence));
    if (!same) this.#last = undefined;
    index.drop(sight.firstSequence);
    this.#index = index;
    this.#first = sight.firstSequence;
    return index;
  }

  /**
   * Whether the last one that was noted is what it was. Servers that come back may have lost the end of
   * the stream, and it may be longer by now than it was: but not before they could be asked again.
   */
  async #hasLast({ firstSequence }: StreamSight): Promise<boolean> {
    const last = this.#last;
    if (!last || last.sequence < firstSequence) return true;
    if (performance.now() - this.#lookedMs < restartMs) return true;
    const { connection, api } = this.#options;
    const { streams } = await jetstreamManager(connection, { checkAPI: false, apiPrefix: api });
    const now = await streams.getMessage(stream, { seq: last.sequence });
    // The one time is in whole milliseconds.
    return now?.subject === last.subject && Math.abs(now.time.getTime() - last.storedAt) < 2;
  }

  /** @returns whether there is more. */
  async #stepBack(): Promise<boolean> {
    const index = this.#index;
    if (!index || index.from <= this.#first || this.#ended.signal.aborted) return false;
    const begunMs = performance.now();
    const until = index.from;
    const from = Math.max(this.#first, until - backStep);
    for (let at = from; at < until; ) {
      const alerts = await this.#reading.read(at, Math.min(batch, until - at));
      index.note(alerts.filter(({ sequence }) => sequence < until));
      const last = alerts.at(-1)?.sequence ?? at - 1;
      if (!hasMore(alerts)) await this.#reading.requireNone(last + 1, until);
      at = hasMore(alerts) ? last + 1 : until;
    }
    index.reach({ from });
    this.#wake();
    if (from === this.#first)
      this.#options.log.info(`all that is kept in ${this.#options.api} is noted`);
    // Alerts go first: who stores them finds the stream free at least half of the time.
    await delay(performance.now() - begunMs, undefined, { ref: false });
    return true;
  }

  async #see(): Promise<StreamSight> {
    const { connection, info } = this.#options;
    return sightIn((await connection.request(info, "", { timeout: askLimitMs })).json());
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
