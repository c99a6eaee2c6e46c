import pRetry from "p-retry";
import { z } from "zod";
import { alertedClient, subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import type { JetStreamClient, NatsConnection } from "../../shared/nats.ts";
import { RecentAlerts, type StoredAlert } from "./recent-alerts.ts";

const askLimitMs = 2_000;
const lookEveryMs = 1_000;
/** Longer than an election and the takeover of a partition together, clocks included. */
const newLeaderMs = 30_000;
const retries = { retries: Number.POSITIVE_INFINITY, minTimeout: 50, maxTimeout: 500 } as const;
type Publish = JetStreamClient["publish"];

const InfoSchema = z.object({ cluster: z.object({ leader_since: z.string() }) });

export interface RedeliveryOptions {
  readonly nats: NatsConnection;
  readonly onSent: (alerts: number) => void;
  readonly log: Logger;
}

/**
 * Sends alerts to their devices again that a leader of MQTT_ALERTS stored, and may not have sent.
 *
 * Only the leader that stores a message republishes it. One that is killed has perhaps acknowledged
 * its last messages and not sent them yet, and its successor answers a repetition with "duplicate".
 * So when the leader has changed, what was acknowledged in the last moments of the one before is
 * sent again, before anything newer is stored, or a device would have its alerts out of order. It
 * may then have one twice, and never none.
 */
export class Redelivery {
  readonly #options: RedeliveryOptions;
  readonly #recent = new RecentAlerts();
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #leaderSince: string | undefined;
  #settling: Promise<void> | undefined;
  /** Nothing is stored until it is known who leads. */
  #held = true;

  constructor(options: RedeliveryOptions) {
    this.#options = options;
    this.#look();
    // A leader may also change while nothing is stored.
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /** Stores an alert by `publish`, attempt after attempt, and sees to it that it is sent. */
  guard(publish: Publish, alert: StoredAlert): Publish {
    let firstLeader: string | undefined;
    return async (...publication) => {
      if (this.#held) await this.#settling;
      firstLeader ??= this.#leaderSince;
      try {
        const acknowledgement = await publish(...publication);
        if (!acknowledgement.duplicate) this.#recent.add(alert, performance.now());
        // An earlier attempt stored it, ours or that of whoever had the partition before, and who led
        // the stream then may be gone.
        else if (firstLeader !== this.#leaderSince || this.#leaderIsNew())
          await this.#send([alert]);
        return acknowledgement;
      } catch (error) {
        this.#held = true;
        this.#look();
        throw error;
      }
    };
  }

  #leaderIsNew(): boolean {
    return Date.now() - Date.parse(this.#leaderSince ?? "") < newLeaderMs;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
  }

  #look(): void {
    this.#settling ??= this.#settle()
      .catch((error) => this.#options.log.debug({ err: error }, "who leads was not found out"))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  async #settle(): Promise<void> {
    const ask = () => leaderSince(this.#options.nats);
    const since = await pRetry(ask, this.#untilStopped("MQTT_ALERTS has no leader that answers"));
    if (this.#leaderSince !== undefined && since !== this.#leaderSince) {
      await this.#send(this.#recent.take());
    }
    this.#leaderSince = since;
    this.#held = false;
  }

  #untilStopped(trouble: string) {
    const { log } = this.#options;
    return {
      ...retries,
      signal: this.#stopping.signal,
      onFailedAttempt({ error, attemptNumber }: { error: Error; attemptNumber: number }) {
        if (attemptNumber % 20 === 5) log.warn({ err: error, attempt: attemptNumber }, trouble);
      },
    };
  }

  async #send(alerts: readonly StoredAlert[]): Promise<void> {
    const { nats, onSent } = this.#options;
    const send = async () => {
      for (const { subject, payload } of alerts) {
        nats.publish(subjects.delivery(alertedClient(subject)), payload);
      }
      await nats.flush();
    };
    await pRetry(send, this.#untilStopped("alerts are not sent again yet"));
    onSent(alerts.length);
  }
}

/**
 * Since when MQTT_ALERTS has its leader, which alone answers.
 *
 * @throws Error while there is none.
 */
async function leaderSince(nats: NatsConnection): Promise<string> {
  const answer = await nats.request(subjects.alertStreamInfo, "", { timeout: askLimitMs });
  return InfoSchema.parse(answer.json()).cluster.leader_since;
}
