import { z } from "zod";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";

const askLimitMs = 2_000;
/** What is kept moves on slowly. */
const freshMs = 1_000;

const InfoSchema = z.object({
  state: z.object({ messages: z.number(), first_seq: z.number(), first_ts: z.string() }),
});

interface Kept {
  readonly since: number;
  readonly oldest: number;
}

/** Since when every alert is kept. */
export class KeptAlerts {
  readonly #connection: NatsConnection;
  #kept: Promise<Kept> = Promise.resolve({ since: 0, oldest: 0 });
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /**
   * Milliseconds since 1970; 0 when none was ever dropped.
   *
   * @throws Error while MQTT_ALERTS has no leader.
   */
  async since(): Promise<number> {
    return (await this.#known()).since;
  }

  /** When the oldest one that is kept was stored, in milliseconds since 1970; now when there is none. */
  async oldest(): Promise<number> {
    return (await this.#known()).oldest;
  }

  #known(): Promise<Kept> {
    if (performance.now() - this.#askedMs > freshMs) {
      this.#askedMs = performance.now();
      this.#kept = this.#ask();
    }
    return this.#kept;
  }

  async #ask(): Promise<Kept> {
    try {
      const answer = await this.#connection.request(subjects.alertStreamInfo, "", {
        timeout: askLimitMs,
      });
      const { messages, first_seq, first_ts } = InfoSchema.parse(answer.json()).state;
      const oldest = messages > 0 ? Date.parse(first_ts) : Date.now();
      return { since: first_seq <= 1 ? 0 : oldest, oldest };
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
