import { nowMs } from "../contract/headers.ts";
import type { Logger } from "../shared/log.ts";
import { Allowance } from "./allowance.ts";
import { CatchUp, DeviceGone, type Progress, probeEveryMs, type Subscribed } from "./catch-up.ts";
import { isInTurn, type Job, retryAfterMs } from "./catch-up-job.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import { type KeptAlerts, lostNotice } from "./kept-alerts.ts";
import { isCaughtUp, lacksUntold } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import type { AlertSource } from "./missed-alerts.ts";
import type { ReadingTurns } from "./reading-turns.ts";

export interface CatchUpsOptions {
  /** Where there may be something for a device. */
  readonly sources: readonly AlertSource[];
  readonly turns: ReadingTurns;
  readonly line: DeviceLine;
  readonly store: LastSeenStore;
  readonly kept: Pick<KeptAlerts, "since">;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
  readonly alertsPerSecond: number;
  readonly deviceAlertsPerSecond: number;
  /** Devices that may be in hand. */
  readonly room: number;
  /**
   * How often the connection was lost, with whose server what was sent on it may be lost, or an index
   * turned out to be of another stream.
   */
  readonly interruptions: () => number;
}

/** After this long every server knows of a subscription, and sends alerts to it by itself. */
export const liveMs = 2_000;
/** The same of a session that was stored before it was subscribed. */
const restoredLiveMs = 7_000;
/** A server that is alive has by then passed on what it was given. */
export const settledMs = 1_000;
/** A request of a device is answered by then, unless much is to be sent. */
const postponeMs = 60_000;

type Step = (job: Job) => Promise<void>;

/** The devices that are being sent what they missed, the first that came first. */
export class CatchUps {
  readonly #options: CatchUpsOptions;
  readonly #turns: ReadingTurns;
  readonly #jobs = new Map<string, Job>();
  readonly #allowance: Allowance;
  /** Devices that wait for an index. */
  #unreached = 0;

  constructor(options: CatchUpsOptions) {
    this.#options = options;
    this.#allowance = new Allowance(options.alertsPerSecond);
    this.#turns = options.turns;
    options.metrics.watch({
      inHand: () => this.#jobs.size,
      waiting: () => this.#turns.waiting + this.#unreached,
      window: () => this.#turns.pace.window,
    });
  }

  /** A session has its subscription, or is about to. @returns false when there is no room. */
  begin(subscribed: Subscribed): boolean {
    const { metrics, room } = this.#options;
    this.abandon(subscribed.clientId);
    metrics.begun.inc();
    if (this.#jobs.size >= room) {
      metrics.turnedAway.inc();
      return false;
    }
    this.#take(this.#put(subscribed), this.#look);
    return true;
  }

  /**
   * Its device asks for what it lacks itself, wherever that is answered. If it is refused or its answer
   * does not end, it is sent what it missed after a while.
   */
  postpone(clientId: string): void {
    const job = this.#jobs.get(clientId);
    if (!job || job.postponed) return;
    this.abandon(clientId);
    const later = this.#put(job.catchUp.subscribed);
    later.postponed = true;
    setTimeout(() => this.#take(later, this.#look), postponeMs).unref();
  }

  /** Reads for somebody else, in turn. */
  inTurn<T>(read: () => Promise<T>): Promise<T> {
    return this.#turns.run(read);
  }

  #put(subscribed: Subscribed): Job {
    const job = { catchUp: this.create(subscribed), fromMs: performance.now(), failures: 0 };
    this.#jobs.set(subscribed.clientId, job);
    return job;
  }

  create(subscribed: Subscribed): CatchUp {
    const { line, sources, metrics, deviceAlertsPerSecond } = this.#options;
    return new CatchUp(subscribed, {
      ...{ line, sources, allowance: this.#allowance },
      ownAllowance: new Allowance(deviceAlertsPerSecond),
      onSent: (alerts) => metrics.alerts.inc(alerts),
    });
  }

  /** Its device has come again, wherever: that session is caught up instead. */
  abandon(clientId: string): void {
    this.#jobs.get(clientId)?.catchUp.abandon();
    this.#jobs.delete(clientId);
  }

  has(clientId: string): boolean {
    return this.#jobs.has(clientId);
  }

  /** For how long the first one of those that wait for nothing but their turn has been in hand, in milliseconds. */
  get oldestMs(): number {
    for (const job of this.#jobs.values()) {
      if (isInTurn(job)) return performance.now() - job.fromMs;
    }
    return 0;
  }

  get size(): number {
    return this.#jobs.size;
  }

  abandonAll(): void {
    for (const clientId of [...this.#jobs.keys()]) this.abandon(clientId);
  }

  #take(job: Job, step: Step): void {
    this.#turns.push(async () => {
      if (job.catchUp.signal.aborted) return;
      try {
        await step(job);
      } catch (error) {
        this.#failed(job, step, error);
      }
    });
  }

  #takeAt(atMs: number, job: Job, step: Step): void {
    const waitMs = atMs - nowMs();
    if (waitMs > 0) setTimeout(() => this.#take(job, step), waitMs).unref();
    else this.#take(job, step);
  }

  /** A step that did not come to its end. The index may take hours: others have their turns meanwhile. */
  #again(progress: Progress, job: Job, step: Step): void {
    if (progress === "unreached") void this.#takeWhenAtHand(job, step);
    else this.#takeAt(progress === "unheard" ? nowMs() + probeEveryMs : 0, job, step);
  }

  async #takeWhenAtHand(job: Job, step: Step): Promise<void> {
    job.unreached = true;
    this.#unreached++;
    try {
      await job.catchUp.whenAtHand(job.seen?.since ?? 0);
      this.#take(job, step);
    } catch (error) {
      this.#failed(job, step, error);
    } finally {
      job.unreached = false;
      this.#unreached--;
    }
  }

  readonly #look: Step = async (job) => {
    const { store } = this.#options;
    const { clientId, atMs } = job.catchUp.subscribed;
    job.seen = await store.read(clientId);
    job.catchUp.signal.throwIfAborted();
    if (job.postponed && isCaughtUp(job.seen, atMs)) {
      this.#jobs.delete(clientId);
      return;
    }
    job.postponed = false;
    this.#takeAt(CatchUp.earliest(job.catchUp.subscribed, job.seen), job, this.#send);
  };

  /** A batch at a time, behind all others who wait. */
  readonly #send: Step = async (job) => {
    const { catchUp } = job;
    job.interruptions ??= this.#options.interruptions();
    const told = await this.#tellLack(job);
    const progress = told ? await catchUp.next(job.seen?.since ?? 0) : "unheard";
    if (progress !== "all") return this.#again(progress, job, this.#send);
    this.#options.metrics.seconds.observe((performance.now() - job.fromMs) / 1_000);
    const { certain, atMs } = catchUp.subscribed;
    this.#takeAt(atMs + (certain ? liveMs : restoredLiveMs), job, this.#sendRest);
  };

  /** A device that was away for longer than alerts are kept has to know. False when it does not hear yet. */
  async #tellLack(job: Job): Promise<boolean> {
    const keptSince = await this.#options.kept.since();
    if (!job.seen || !lacksUntold(job.seen, keptSince)) return true;
    if (!(await job.catchUp.tell(lostNotice(job.seen.since, keptSince)))) return false;
    this.#options.metrics.lacking.inc();
    job.seen = { ...job.seen, told: job.seen.since };
    return true;
  }

  /** What came while not every server knew of the subscription yet. */
  readonly #sendRest: Step = async (job) => {
    const progress = (await job.catchUp.hasMore()) ? await job.catchUp.next(0) : "all";
    if (progress !== "all") return this.#again(progress, job, this.#sendRest);
    this.#takeAt(nowMs() + settledMs, job, this.#conclude);
  };

  readonly #conclude: Step = async (job) => {
    const { line, store, metrics, interruptions } = this.#options;
    const { clientId, atMs } = job.catchUp.subscribed;
    await line.flush();
    // What the server had that is gone may not have reached the device: once more.
    if (interruptions() !== job.interruptions) {
      this.begin(job.catchUp.subscribed);
      return;
    }
    const caughtUp = { subscribed: atMs, sent: nowMs() };
    await store.write(clientId, { ...(job.seen ?? { since: 0 }), caughtUp }, job.catchUp.signal);
    metrics.done.inc();
    this.#jobs.delete(clientId);
  };

  #failed(job: Job, step: Step, error: unknown): void {
    const { metrics, log } = this.#options;
    const { clientId } = job.catchUp.subscribed;
    if (job.catchUp.signal.aborted) return;
    if (error instanceof DeviceGone) {
      metrics.gone.inc();
      this.#jobs.delete(clientId);
      return;
    }
    metrics.retries.inc();
    this.#turns.pace.failed();
    log.warn({ err: error, clientId }, "a device is not sent what it missed yet");
    job.failures++;
    // It goes on where it was: if the connection broke, it begins anew in the end.
    this.#takeAt(nowMs() + retryAfterMs(job), job, step);
  }
}
