import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import type { RegionName } from "../contract/regions.ts";
import { alertedClient } from "../contract/subjects.ts";
import type { Logger } from "../shared/log.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { continues, type StreamMark, type StreamSight, seeStream } from "../shared/stream-sight.ts";
import { AlertReading } from "./alert-reading.ts";
import { Allowance } from "./allowance.ts";
import type { DeviceLine } from "./device-line.ts";
import { pollPauseMs } from "./poll-pause.ts";
import { type SendingTurn, type Taken, TurnLost } from "./sending-turn.ts";
import { SentPlaces } from "./sent-places.ts";

/** Alerts that are sent between two looks at whether it still is our turn. */
const batch = 200;
const keepMs = 500;
const retryMs = 250;
/** After a long cut a mirror brings much at once: it is sent as fast as alerts may come in. */
const perSecond = 6_000;
/** Where nobody knows how far was sent, what is not older than that is sent. */
const sinceMs = 60_000;

export interface MirrorSenderOptions {
  readonly connection: NatsConnection;
  readonly peer: RegionName;
  /** Under which JetStream is asked for its mirror. */
  readonly api: string;
  readonly turn: SendingTurn;
  readonly line: Pick<DeviceLine, "send" | "flush">;
  /** How often the connection was lost. */
  readonly interruptions: () => number;
  readonly onSent: (alerts: number) => void;
  readonly log: Logger;
}

/** Sends the devices of this region what another one has stored for them, as its mirror brings it. */
export class MirrorSender {
  readonly #options: MirrorSenderOptions;
  readonly #reading: AlertReading;
  readonly #allowance = new Allowance(perSecond);
  readonly #stopping = new AbortController();
  /** How far it was sent from here. */
  #places: SentPlaces | undefined;
  #running: Promise<void> | undefined;
  /** When something came for the last time, in monotonic milliseconds. */
  #cameMs = performance.now();

  constructor(options: MirrorSenderOptions) {
    this.#options = options;
    this.#reading = new AlertReading(options);
  }

  get peer(): RegionName {
    return this.#options.peer;
  }

  /** Whether this replica is the one that sends. */
  held(): boolean {
    return this.#options.turn.held();
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Leaves it to the other replicas, at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { turn, log, peer } = this.#options;
    let failed = false;
    while (!this.#stopping.signal.aborted) {
      try {
        const taken = await turn.take();
        failed = false;
        if (taken) await this.#sendFrom(taken);
      } catch (error) {
        const level = failed || error instanceof TurnLost ? "debug" : "warn";
        log[level]({ err: error, peer }, "alerts of another region are not sent from here");
        failed = true;
      }
      await this.#pause(retryMs);
    }
  }

  /** Until the turn is over. */
  async #sendFrom(taken: Taken): Promise<void> {
    const { turn, line, peer, log } = this.#options;
    const sight = await this.#see();
    const places = await this.#placesFrom(taken, sight);
    this.#places = places;
    log.info({ peer, after: places.flushed }, "alerts of another region are sent from here");
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stopping.signal]);
    const keeping = this.#keepTurn(places, sight, signal).finally(() => over.abort());
    while (turn.held() && !signal.aborted) await this.#attempt(() => this.#sendNext(places));
    over.abort();
    const mark = await keeping;
    if (!turn.held() || !mark) return;
    await line.flush();
    places.lost(this.#options.interruptions());
    await turn.leave({ ...mark, sequence: places.flushed });
  }

  /**
   * Beside what is sent: a reading that takes long must not cost the turn.
   *
   * @returns in which mirror it was until the end; undefined when the turn is not to be left, but lost.
   */
  async #keepTurn(places: SentPlaces, sight: StreamSight, signal: AbortSignal) {
    const { turn } = this.#options;
    let mark: StreamMark = { created: sight.created, at: sight.at, sequence: places.settled };
    try {
      while (turn.held() && !signal.aborted) {
        await this.#pause(keepMs, signal);
        await this.#attempt(async () => {
          mark = await this.#kept(places, mark);
        });
      }
      return mark;
    } catch (error) {
      const { log, peer } = this.#options;
      log.debug({ err: error, peer }, "alerts of another region are not sent from here any more");
      return undefined;
    }
  }

  /** What fails is tried again, as long as it is our turn. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof TurnLost) throw error;
      const { log, peer } = this.#options;
      log.debug({ err: error, peer }, "alerts of another region wait");
      await this.#pause(retryMs);
    }
  }

  async #sendNext(places: SentPlaces): Promise<void> {
    const { turn, line, onSent, interruptions } = this.#options;
    const losses = interruptions();
    places.lost(losses);
    const alerts = await this.#reading.read(places.next, batch);
    await this.#allowance.take(alerts.length);
    const last = alerts.at(-1)?.sequence;
    if (last === undefined) return this.#pause(pollPauseMs(performance.now() - this.#cameMs));
    this.#cameMs = performance.now();
    // Where the connection was lost meanwhile, others are to be sent once more before these.
    if (!turn.held() || losses !== interruptions()) return;
    for (const { subject, data } of alerts) line.send(alertedClient(subject), data);
    const sentMs = performance.now();
    await line.flush();
    if (losses !== interruptions()) return;
    places.sent(last, sentMs);
    onSent(alerts.length);
    if (alerts.length < batch) await this.#pause(pollPauseMs(0));
  }

  /** Notes how far was sent, in which mirror. */
  async #kept(places: SentPlaces, mark: StreamMark): Promise<StreamMark> {
    const { turn, line, interruptions } = this.#options;
    const losses = interruptions();
    places.lost(losses);
    const askedMs = performance.now();
    await line.flush();
    if (losses === interruptions()) places.settle(askedMs);
    const sequence = places.settled;
    const sight = await this.#see();
    // Another one by now: it is begun as one that was not sent before. What was sent since the mark may
    // have been stored since, too: it says nothing of how the mirror was then.
    if (!continues(mark, sight) || sequence > sight.lastSequence) {
      throw new TurnLost("the mirror is another one than before");
    }
    const next = { created: sight.created, sequence, at: sight.at };
    await turn.keep(next);
    return next;
  }

  /** Where this one or the one before has ended, unless the mirror is another one, or there was none. */
  async #placesFrom({ mark, again }: Taken, sight: StreamSight): Promise<SentPlaces> {
    const losses = this.#options.interruptions();
    if (continues(mark, sight)) {
      const before = again ? this.#places : undefined;
      before?.lost(losses);
      if (before && before.flushed <= sight.lastSequence) return before;
      return new SentPlaces(mark.sequence, losses);
    }
    const since = (mark.at || nowMs()) - sinceMs;
    const first = (await this.#reading.firstSince(since)) ?? sight.lastSequence + 1;
    return new SentPlaces(Math.min(first - 1, sight.lastSequence), losses);
  }

  async #see() {
    const { connection, api } = this.#options;
    const options = { checkAPI: false, apiPrefix: api };
    return seeStream(await jetstreamManager(connection, options), "MQTT_ALERTS");
  }

  async #pause(ms: number, signal = this.#stopping.signal): Promise<void> {
    await delay(ms, undefined, { ref: false, signal }).catch(() => {});
  }
}
