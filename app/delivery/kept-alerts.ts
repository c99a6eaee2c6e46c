import { z } from "zod";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";

const askLimitMs = 2_000;
/** What is kept moves on slowly. */
const freshMs = 1_000;

const InfoSchema = z.object({
  state: z.object({ messages: z.number(), first_seq: z.number(), first_ts: z.string() }),
});

/** Since when every alert is kept. */
export class KeptAlerts {
  readonly #connection: NatsConnection;
  #since: Promise<number> = Promise.resolve(0);
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /**
   * Milliseconds since 1970; 0 when none was ever dropped.
   *
   * @throws Error while MQTT_ALERTS has no leader.
   */
  since(): Promise<number> {
    if (performance.now() - this.#askedMs > freshMs) {
      this.#askedMs = performance.now();
      this.#since = this.#ask();
    }
    return this.#since;
  }

  async #ask(): Promise<number> {
    try {
      const answer = await this.#connection.request(subjects.alertStreamInfo, "", {
        timeout: askLimitMs,
      });
      const { messages, first_seq, first_ts } = InfoSchema.parse(answer.json()).state;
      if (first_seq <= 1) return 0;
      return messages > 0 ? Date.parse(first_ts) : Date.now();
    } catch (error) {
      this.#askedMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }
}

const iso = (ms: number) => new Date(ms).toISOString();

/** What a device is told that was away for longer than alerts are kept. */
export const lostNotice = (from: number, until: number): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      sentinel: "alerts-not-kept",
      ...{ from: iso(from), until: iso(until) },
      text: "Alerts of this time that had not arrived are no longer kept.",
    }),
  );
