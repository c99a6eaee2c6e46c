import { setTimeout as delay } from "node:timers/promises";
import { subjects } from "../../contract/subjects.ts";
import { type Notice, noticeId, parseNotice } from "../../incidents/notice.ts";
import { KeyedQueue } from "../../shared/keyed-queue.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { readBatch } from "../../shared/stored-messages.ts";
import type { NoticeMetrics } from "./notice-metrics.ts";
import { isGivenUp, NotTaken } from "./patience.ts";
import type { RenewedReceiver } from "./renewed-receivers.ts";
import { requestOf } from "./requests.ts";
import { send } from "./send.ts";

export interface ReceiverLineOptions {
  readonly connection: NatsConnection;
  readonly receiver: RenewedReceiver;
  /** Everything up to there was told. */
  readonly position: number;
  readonly metrics: NoticeMetrics;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Notices in hand: as many are told again when this ends in the middle of them. */
const batchLimit = 32;
const idleMs = 250;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Tells one receiver what is to be told, from where it was: each notice until it is taken, those of one
 * incident one after the other. Where it is is stored by whoever asks for its position.
 */
export class ReceiverLine {
  readonly #options: ReceiverLineOptions;
  readonly #running: Promise<void>;
  #position: number;
  /** Of the notices in hand. */
  #taken = 0;

  constructor(options: ReceiverLineOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#running = this.#run();
  }

  get position(): number {
    return this.#position;
  }

  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { signal, log, receiver, metrics } = this.#options;
    while (!signal.aborted) {
      try {
        if (await this.#tellNext()) continue;
        metrics.waiting(receiver.name, undefined);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error, receiver: receiver.name }, "no notices read");
      }
      await this.#pause(idleMs);
    }
  }

  /** @returns whether there were any. */
  async #tellNext(): Promise<boolean> {
    const { connection, signal, metrics, receiver } = this.#options;
    const batch = await readBatch(connection, "INCIDENTS", {
      from: { sequence: this.#position + 1 },
      filter: subjects.incidentNotice("*", "*"),
      limit: batchLimit,
    });
    const last = batch.at(-1);
    if (!last) return false;
    const notices = batch.flatMap(({ data }) => parseNotice(data) ?? []);
    metrics.waiting(receiver.name, notices[0]?.time);
    const lines = new KeyedQueue();
    this.#taken = 0;
    await Promise.all(
      notices.map(
        (notice) =>
          new Promise<void>((done) => {
            lines.push(notice.incident.id, () => this.#tell(notice).finally(done));
          }),
      ),
    );
    if (!signal.aborted) this.#position = last.sequence;
    return !signal.aborted;
  }

  /** Until it is taken, given up, or this ends. */
  async #tell(notice: Notice): Promise<void> {
    const { receiver, metrics, log, signal } = this.#options;
    const { name } = receiver;
    const begunMs = performance.now();
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await send(requestOf(receiver.now(), notice, Date.now()));
        metrics.told(name, "taken");
        this.#taken++;
        return;
      } catch (error) {
        const { message, refusal } =
          error instanceof NotTaken ? error : new NotTaken(String(error), "away");
        const heldMs = performance.now() - begunMs;
        const othersTaken = this.#taken > 0;
        const about = { receiver: name, notice: noticeId(notice), reason: message };
        if (isGivenUp({ refusal, failures: failures + 1, heldMs, othersTaken })) {
          metrics.told(name, "refused");
          log.error(about, "a notice was refused, and is not sent again");
          return;
        }
        metrics.failed(name);
        if (failures === 0) log.warn(about, "a notice was not taken; trying again");
        await this.#pause(pauseMs(failures));
      }
    }
  }

  #pause(ms: number): Promise<unknown> {
    return delay(ms, undefined, { signal: this.#options.signal }).catch(() => {});
  }
}

/** Twice as long each time, and never all at once. */
const pauseMs = (failures: number) =>
  Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2);
