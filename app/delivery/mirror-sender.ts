import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import { mirrorApi } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { alertedClient } from "../contract/subjects.ts";
import type { Logger } from "../shared/log.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { continues, type StreamMark, seeStream } from "../shared/stream-sight.ts";
import { AlertReading } from "./alert-reading.ts";
import { Allowance } from "./allowance.ts";
import type { DeviceLine } from "./device-line.ts";
import { type SendingTurn, TurnLost } from "./sending-turn.ts";
import { SentPlaces } from "./sent-places.ts";

/** Alerts that are sent between two looks at whether it still is our turn. */
const batch = 200;
/** What comes within that is sent together. */
const pollMs = 20;
const keepMs = 500;
const retryMs = 250;
/** After a long cut a mirror brings much at once: it is sent as fast as alerts may come in. */
const perSecond = 6_000;
/** Where nobody knows how far was sent, what is not older than that is sent. */
const sinceMs = 60_000;

export interface MirrorSenderOptions {
  readonly connection: NatsConnection;
  readonly peer: RegionName;
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
  #running: Promise<void> | undefined;

  constructor(options: MirrorSenderOptions) {
    this.#options = options;
    const { connection, peer } = options;
    this.#reading = new AlertReading({ connection, api: mirrorApi(peer) });
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
        const mark = await turn.take();
        failed = false;
        if (mark) await this.#sendFrom(mark);
      } catch (error) {
        const level = failed || error instanceof TurnLost ? "debug" : "warn";
        log[level]({ err: error, peer }, "alerts of another region are not sent from here");
        failed = true;
      }
      await this.#pause(retryMs);
    }
  }

  /** Until the turn is over. */
  async #sendFrom(before: StreamMark): Promise<void> {
    const { turn, peer, log } = this.#options;
    let mark = await this.#continued(before);
    const places = new SentPlaces(mark.sequence);
    log.info({ peer, after: mark.sequence }, "alerts of another region are sent from here");
    let keptMs = performance.now();
    let losses = this.#options.interruptions();
    while (turn.held() && !this.#stopping.signal.aborted) {
      const lost = this.#options.interruptions();
      if (lost !== losses) places.back();
      losses = lost;
      await this.#attempt(() => this.#sendNext(places));
      if (performance.now() - keptMs < keepMs) continue;
      keptMs = performance.now();
      await this.#attempt(async () => {
        mark = await this.#kept(places, mark);
      });
    }
    if (!turn.held()) return;
    await this.#options.line.flush();
    const { created, at } = mark;
    await turn.leave({ created, at, sequence: places.flushed });
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
    const alerts = await this.#reading.read(places.next, batch);
    await this.#allowance.take(alerts.length);
    const last = alerts.at(-1)?.sequence;
    if (last === undefined) return this.#pause(pollMs);
    if (!turn.held()) return;
    const losses = interruptions();
    for (const { subject, data } of alerts) line.send(alertedClient(subject), data);
    const sentMs = performance.now();
    await line.flush();
    if (losses !== interruptions()) return;
    places.sent(last, sentMs);
    onSent(alerts.length);
    if (alerts.length < batch) await this.#pause(pollMs);
  }

  /** Notes how far was sent, in which mirror. */
  async #kept(places: SentPlaces, mark: StreamMark): Promise<StreamMark> {
    const { turn, line, interruptions } = this.#options;
    const losses = interruptions();
    const askedMs = performance.now();
    await line.flush();
    if (losses === interruptions()) places.settle(askedMs);
    const sequence = places.settled;
    const sight = await this.#see();
    // Another one by now: whoever has the turn next begins in it, where this one has ended.
    if (!continues({ ...mark, sequence }, sight)) {
      throw new TurnLost("the mirror is another one than before");
    }
    const next = { created: sight.created, sequence, at: sight.at };
    await turn.keep(next);
    return next;
  }

  /** Where the one before has ended, unless the mirror is another one, or there was none. */
  async #continued(mark: StreamMark): Promise<StreamMark> {
    const sight = await this.#see();
    const { created, at } = sight;
    if (continues(mark, sight)) return { ...mark, at };
    const since = (mark.at || nowMs()) - sinceMs;
    const first = (await this.#reading.firstSince(since)) ?? sight.lastSequence + 1;
    const sequence = Math.min(first - 1, sight.lastSequence);
    return { created, at, sequence };
  }

  async #see() {
    const { connection, peer } = this.#options;
    const options = { checkAPI: false, apiPrefix: mirrorApi(peer) };
    return seeStream(await jetstreamManager(connection, options), "MQTT_ALERTS");
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    await delay(ms, undefined, { ref: false, signal }).catch(() => {});
  }
}
