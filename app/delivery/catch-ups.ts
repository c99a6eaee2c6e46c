import { nowMs } from "../contract/headers.ts";
import { mirrorApi } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { Pace } from "../report-gate/pace.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { Allowance } from "./allowance.ts";
import { CatchUp, DeviceGone, type Subscribed } from "./catch-up.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import { type KeptAlerts, lostNotice } from "./kept-alerts.ts";
import { type LastSeen, lacksUntold } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import { MissedAlerts } from "./missed-alerts.ts";
import type { Positions } from "./positions.ts";
import { Turns } from "./turns.ts";

export interface CatchUpsOptions {
  readonly connection: NatsConnection;
  readonly peers: readonly RegionName[];
  readonly positions: Positions;
  readonly line: DeviceLine;
  readonly store: LastSeenStore;
  readonly kept: Pick<KeptAlerts, "since">;
  readonly metrics: DeliveryMetrics;
  readonly log: Logger;
  readonly alertsPerSecond: number;
  readonly deviceAlertsPerSecond: number;
  /** Devices that may be in hand. */
  readonly room: number;
  /** How often the connection was lost: what was sent on it may be lost with its server. */
  readonly interruptions: () => number;
}

/** After this long every server knows of a subscription, and sends alerts to it by itself. */
export const liveMs = 2_000;
/** The same of a session that was stored before it was subscribed. */
const restoredLiveMs = 7_000;
/** A server that is alive has by then passed on what it was given. */
export const settledMs = 1_000;
const retryMs = 1_000;
const longestRetryMs = 30_000;

interface Job {
  readonly catchUp: CatchUp;
  readonly fromMs: number;
  seen?: LastSeen;
  interruptions?: number;
  failures: number;
}
type Step = (job: Job) => Promise<void>;

/** The devices that are being sent what they missed, the first that came first. */
export class CatchUps {
  readonly #options: CatchUpsOptions;
  readonly #pace = new Pace();
  readonly #turns = new Turns(() => this.#pace.window);
  readonly #jobs = new Map<string, Job>();
  readonly sources: readonly MissedAlerts[];
  readonly #allowance: Allowance;

  constructor(options: CatchUpsOptions) {
    this.#options = options;
    this.#allowance = new Allowance(options.alertsPerSecond);
    const { connection, peers, positions } = options;
    const onAnswer = (ms: number) => this.#pace.stored(ms);
    this.sources = [
      new MissedAlerts({ connection, api: "$JS.API", placeAt: (since) => ({ since }), onAnswer }),
      ...peers.map((peer) => {
        const placeAt = (since: number) => ({ sequence: positions.after(since, peer) });
        return new MissedAlerts({ connection, api: mirrorApi(peer), placeAt, onAnswer });
      }),
    ];
    options.metrics.watch({
      inHand: () => this.#jobs.size,
      waiting: () => this.#turns.waiting,
      window: () => this.#pace.window,
    });
  }

  /** A session has its subscription, or is about to. */
  begin(subscribed: Subscribed): void {
    const { metrics, room } = this.#options;
    this.abandon(subscribed.clientId);
    metrics.begun.inc();
    if (this.#jobs.size >= room) {
      metrics.turnedAway.inc();
      return;
    }
    const catchUp = this.create(subscribed);
    const job: Job = { catchUp, fromMs: performance.now(), failures: 0 };
    this.#jobs.set(subscribed.clientId, job);
    this.#take(job, this.#look);
  }

  create(subscribed: Subscribed): CatchUp {
    const { line, metrics, deviceAlertsPerSecond } = this.#options;
    return new CatchUp(subscribed, {
      ...{ line, sources: this.sources, allowance: this.#allowance },
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

  /** For how long the first one has been in hand, in milliseconds. */
  get oldestMs(): number {
    const [first] = this.#jobs.values();
    return first ? performance.now() - first.fromMs : 0;
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

  readonly #look: Step = async (job) => {
    job.seen = await this.#options.store.read(job.catchUp.subscribed.clientId);
    this.#takeAt(CatchUp.earliest(job.catchUp.subscribed, job.seen), job, this.#send);
  };

  readonly #send: Step = async (job) => {
    const { catchUp, seen } = job;
    job.interruptions ??= this.#options.interruptions();
    await this.#tellLack(job);
    await catchUp.send(seen?.since ?? 0);
    this.#options.metrics.seconds.observe((performance.now() - job.fromMs) / 1_000);
    const { certain, atMs } = catchUp.subscribed;
    this.#takeAt(atMs + (certain ? liveMs : restoredLiveMs), job, this.#sendRest);
  };

  /** A device that was away for longer than alerts are kept has to know. */
  async #tellLack(job: Job): Promise<void> {
    const keptSince = await this.#options.kept.since();
    if (!job.seen || !lacksUntold(job.seen, keptSince)) return;
    await job.catchUp.tell(lostNotice(job.seen.since, keptSince));
    this.#options.metrics.lacking.inc();
    job.seen = { ...job.seen, told: job.seen.since };
  }

  /** What came while not every server knew of the subscription yet. */
  readonly #sendRest: Step = async (job) => {
    if (await job.catchUp.hasMore()) await job.catchUp.send(0);
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
    this.#pace.failed();
    log.warn({ err: error, clientId }, "a device is not sent what it missed yet");
    job.failures++;
    // It goes on where it was: if the connection broke, it begins anew in the end.
    const waitMs = Math.min(longestRetryMs, retryMs * 2 ** (job.failures - 1));
    setTimeout(() => this.#take(job, step), waitMs).unref();
  }
}
