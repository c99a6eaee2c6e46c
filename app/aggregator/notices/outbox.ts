import { z } from "zod";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { Journal, JournalEntry } from "../journal.ts";
import type { NoticeMetrics } from "./notice-metrics.ts";
import { ReceiverLine } from "./receiver-line.ts";
import type { RenewedReceiver } from "./renewed-receivers.ts";

export interface OutboxOptions {
  readonly connection: NatsConnection;
  readonly journal: Pick<Journal, "last">;
  readonly receivers: readonly RenewedReceiver[];
  readonly metrics: NoticeMetrics;
  readonly log: Logger;
}

const schema = z.object({ sequence: z.int().nonnegative() });

/**
 * Tells every receiver what is stored to be told, while this replica is the active one. How far each
 * has been told is stored with everything else: what is told twice after a failure has the same id.
 */
export class Outbox {
  readonly #ending = new AbortController();
  readonly #metrics: NoticeMetrics;
  readonly #lines: ReadonlyMap<string, ReceiverLine>;
  readonly #stored = new Map<string, number>();

  /** @param end of the stream: a receiver that is new is told what comes from then on. */
  static async open(options: OutboxOptions, end: number): Promise<Outbox> {
    const positions = new Map<string, number>();
    for (const { name } of options.receivers) {
      const found = await options.journal.last(subjects.incidentSent(name));
      const stored = found && schema.safeParse(JSON.parse(Buffer.from(found.data).toString())).data;
      positions.set(name, Math.min(stored?.sequence ?? end, end));
    }
    return new Outbox(options, positions);
  }

  private constructor(options: OutboxOptions, positions: ReadonlyMap<string, number>) {
    const { receivers, journal: _, ...rest } = options;
    this.#metrics = options.metrics;
    this.#lines = new Map(
      receivers.map((receiver) => {
        const position = positions.get(receiver.name) ?? 0;
        const signal = this.#ending.signal;
        return [receiver.name, new ReceiverLine({ ...rest, receiver, position, signal })];
      }),
    );
  }

  /** What is to be stored of how far receivers have been told. */
  takeChanges(): readonly JournalEntry[] {
    return [...this.#lines].flatMap(([name, { position }]) => {
      if (this.#stored.get(name) === position) return [];
      this.#stored.set(name, position);
      return { subject: subjects.incidentSent(name), body: JSON.stringify({ sequence: position }) };
    });
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#lines.values()].map((line) => line.ended));
    for (const name of this.#lines.keys()) this.#metrics.waiting(name, undefined);
  }
}
