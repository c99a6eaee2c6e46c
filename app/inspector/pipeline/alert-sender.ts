import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import { alertedClient, subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { onTheWayMs } from "../../shared/on-the-way.ts";
import { RecentIds } from "./recent-ids.ts";
import { type Right, SentAlerts, type StoredAlert } from "./sent-alerts.ts";

const settleEveryMs = 100;
const roomEveryMs = 20;
const settleLimitMs = 700;
const askLimitMs = 2_000;
const resumeAgainMs = 500;

/** What is to be sent. */
export interface AlertToSend extends StoredAlert {
  /** Under which it is stored. */
  readonly id: string;
  /** Whether it was stored before: it may have been sent, too. */
  readonly repeated: boolean;
}

export interface AlertSenderOptions {
  readonly nats: Pick<NatsConnection, "publish" | "flush" | "status" | "request">;
  /** Told how many alerts were sent once more. */
  readonly onAgain: (alerts: number) => void;
  readonly log: Logger;
}

/** What was sent may not have arrived: the connection was lost. */
export class NotSettled extends Error {
  override readonly name = "NotSettled";
}

/**
 * Sends devices the alerts that MQTT_ALERTS has stored.
 *
 * They are stored nowhere on the way: a server that dies loses what it has not passed on. So what was
 * sent is kept until the server has answered, a moment later, that it is still there. When the
 * connection is lost all that is kept is sent once more, before anything newer, in the order in
 * which it was sent: a device may have an alert twice, and never none, nor a newer one first. What was
 * sent under a right that somebody else has by now is left to them: they begin with it, and are past it.
 */
export class AlertSender {
  readonly #options: AlertSenderOptions;
  readonly #sent = new SentAlerts();
  readonly #ids = new RecentIds();
  readonly #stopping = new AbortController();
  /** How often the connection was lost. */
  #losses = 0;
  /** Whether nothing is sent, but all of it kept, until a server is there again. */
  #cut = false;
  #settling = false;

  constructor(options: AlertSenderOptions) {
    this.#options = options;
    void this.#follow();
  }

  /**
   * Resolves when an alert was sent, or will be before anything newer, whatever happens to the connection.
   * What was stored before was perhaps not sent by whoever did; what was sent from here is not sent again.
   *
   * @throws the reason for which the right has ended.
   */
  async send({ id, repeated, ...alert }: AlertToSend, right: Right): Promise<void> {
    if (repeated && this.#ids.has(id)) {
      this.#sent.moveTo(right, id);
      return;
    }
    while (this.#sent.full) await delay(roomEveryMs, undefined, { signal: right.signal });
    if (!right.held()) throw right.signal.reason;
    this.#ids.add(id);
    this.#sent.add({ ...alert, id, right }, performance.now());
    if (this.#cut) return;
    this.#publish(alert);
    void this.#settle();
  }

  /**
   * Resolves when a server has all that was sent so far.
   *
   * @throws NotSettled when that is not known.
   */
  async settled(): Promise<void> {
    if (this.#sent.size === 0) return;
    const losses = this.#losses;
    const ended = new AbortController();
    const late = delay(settleLimitMs, undefined, { signal: ended.signal }).then(
      () => Promise.reject(new NotSettled("the server does not answer")),
      () => {},
    );
    try {
      await Promise.race([this.#flush(), late]);
    } catch (cause) {
      throw cause instanceof NotSettled
        ? cause
        : new NotSettled("the connection was lost", { cause });
    } finally {
      ended.abort();
    }
    if (this.#cut || losses !== this.#losses) throw new NotSettled("the connection was lost");
  }

  /** Stands for all that was sent so far. */
  mark(): number {
    return this.#sent.count;
  }

  /** Whether a server has all of it and, a moment later, was still there; or it is left to others. */
  isSettled(mark: number): boolean {
    return this.#sent.isSettled(mark);
  }

  stop(): void {
    this.#stopping.abort();
  }

  #publish({ subject, payload }: StoredAlert): void {
    this.#options.nats.publish(subjects.delivery(alertedClient(subject)), payload);
  }

  async #flush(): Promise<void> {
    if (this.#cut) throw new NotSettled("the connection was lost");
    await this.#options.nats.flush();
  }

  /** Asks the server now and then whether it is there, as long as something may be on its way. */
  async #settle(): Promise<void> {
    if (this.#settling) return;
    this.#settling = true;
    while (this.#sent.size > 0 && !this.#cut && !this.#stopping.signal.aborted) {
      await delay(settleEveryMs, undefined, { ref: false });
      const losses = this.#losses;
      const askedMs = performance.now();
      // What fails is sent once more when there is a server again.
      const answered = await this.#flush().then(
        () => true,
        () => false,
      );
      if (answered && losses === this.#losses) this.#sent.settle(askedMs - onTheWayMs);
    }
    this.#settling = false;
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#options.nats.status()) {
      if (type === "disconnect") {
        this.#losses++;
        this.#cut = true;
      }
      if (type === "reconnect") void this.#resume();
    }
  }

  /** Where asking has ended of itself: nobody else would begin again. */
  #resumeLater(): void {
    const timer = setTimeout(() => {
      if (!this.#stopping.signal.aborted) void this.#resume();
    }, resumeAgainMs);
    timer.unref();
  }

  /**
   * Whoever answers for MQTT_ALERTS was chosen by servers that are linked: so the one that is connected
   * now is no longer alone, as it is right after its start.
   */
  async #resume(): Promise<void> {
    const losses = this.#losses;
    const { nats, onAgain, log } = this.#options;
    const ask = () => nats.request(subjects.alertStreamInfo, "", { timeout: askLimitMs });
    try {
      await pRetry(ask, {
        ...{ retries: Number.POSITIVE_INFINITY, minTimeout: 50, maxTimeout: 500 },
        signal: this.#stopping.signal,
        shouldRetry: () => losses === this.#losses,
        onFailedAttempt({ error, attemptNumber }) {
          if (attemptNumber % 20 !== 5) return;
          log.warn({ err: error, attempt: attemptNumber }, "alerts are not sent yet");
        },
      });
    } catch (error) {
      log.debug({ err: error }, "alerts wait for the next connection");
      if (losses === this.#losses) this.#resumeLater();
      return;
    }
    if (losses !== this.#losses) return;
    // Should we get the right once more, we send them as anybody else would.
    for (const { id } of this.#sent.leaveToOthers()) this.#ids.delete(id);
    const alerts = this.#sent.again(performance.now());
    for (const alert of alerts) this.#publish(alert);
    this.#cut = false;
    onAgain(alerts.length);
    void this.#settle();
  }
}
