import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import type { Allowance } from "./allowance.ts";
import type { DeviceLine } from "./device-line.ts";
import { hasEnded, type LastSeen } from "./last-seen.ts";
import type { MissedAlerts, Place } from "./missed-alerts.ts";

/** A session that has, or is about to have, its device's subscription. */
export interface Subscribed {
  readonly clientId: string;
  /** Whether it has the subscription by now. Otherwise it is about to, or was when this was written. */
  readonly certain: boolean;
  /** When it was noticed, in milliseconds since 1970. */
  readonly atMs: number;
}

export interface CatchUpOptions {
  /** Where there may be something for the device. */
  readonly sources: readonly MissedAlerts[];
  readonly line: DeviceLine;
  /** Of all devices. */
  readonly allowance: Allowance;
  /** Of this device. */
  readonly ownAllowance: Allowance;
  readonly onSent: (alerts: number) => void;
}

/** nats-server gives up on storing a session after 5 s: then there is no subscription, nor will be. */
const restoreLimitMs = 6_000;
/** After the end of a session no server has its subscription any more. */
const restoreSoonMs = 250;
const probeEveryMs = 50;

/** The session is gone, or the device has come again: whoever comes later is another catch-up. */
export class DeviceGone extends Error {
  override readonly name = "DeviceGone";
}

/** Sends one device what it has missed, in order. */
export class CatchUp {
  readonly subscribed: Subscribed;
  readonly #options: CatchUpOptions;
  readonly #gone = new AbortController();
  readonly #places = new Map<MissedAlerts, Place>();
  #certain: boolean;
  #sent = 0;

  constructor(subscribed: Subscribed, options: CatchUpOptions) {
    this.subscribed = subscribed;
    this.#options = options;
    this.#certain = subscribed.certain;
  }

  /** Ends it as soon as possible. */
  abandon(): void {
    this.#gone.abort(new DeviceGone(this.subscribed.clientId));
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /**
   * When the device may be sent something at the earliest, in milliseconds since 1970. A session that
   * was not told to have ended may still be subscribed at another edge, on a line that is dead.
   */
  static earliest({ certain, atMs }: Subscribed, seen: LastSeen): number {
    if (certain) return atMs;
    return atMs + (hasEnded(seen) ? restoreSoonMs : restoreLimitMs);
  }

  /**
   * Sends what is stored from there on, or from where it was before. Alerts that come
   * meanwhile may reach the device by themselves, and are sent again in their place.
   *
   * @throws DeviceGone
   */
  async send(since: number): Promise<void> {
    for (const source of this.#options.sources) {
      const place = this.#places.get(source) ?? source.placeAt(since);
      await this.#sendFrom(source, place);
    }
    await this.#options.line.flush();
  }

  /** Sends what is stored from these places on. */
  async sendFrom(places: ReadonlyMap<MissedAlerts, Place>): Promise<void> {
    for (const [source, place] of places) await this.#sendFrom(source, place);
    await this.#options.line.flush();
  }

  /** Alerts that were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Something of our own, before the rest. */
  async tell(notice: Uint8Array): Promise<void> {
    await this.#sendOne(notice);
  }

  /** Whether there is more. The leaders know, where copies of a stream may lag. */
  async hasMore(): Promise<boolean> {
    for (const [source, place] of this.#places) {
      if (await source.has(this.subscribed.clientId, place)) return true;
    }
    return false;
  }

  async #sendFrom(source: MissedAlerts, place: Place): Promise<void> {
    this.#places.set(source, place);
    for await (const alerts of source.from(this.subscribed.clientId, place)) {
      for (const { data } of alerts) await this.#sendOne(data);
      this.#places.set(source, { sequence: (alerts.at(-1)?.sequence ?? 0) + 1 });
      this.#sent += alerts.length;
      this.#options.onSent(alerts.length);
    }
  }

  async #sendOne(payload: Uint8Array): Promise<void> {
    const { line, allowance, ownAllowance } = this.#options;
    await ownAllowance.take(1);
    await allowance.take(1);
    this.#gone.signal.throwIfAborted();
    if (this.#certain) line.send(this.subscribed.clientId, payload);
    else await this.#sendFirst(payload);
  }

  async #sendFirst(payload: Uint8Array): Promise<void> {
    const { clientId, atMs } = this.subscribed;
    while (!(await this.#options.line.sendIfHeard(clientId, payload))) {
      this.#gone.signal.throwIfAborted();
      if (nowMs() > atMs + restoreLimitMs) throw new DeviceGone(clientId);
      await delay(probeEveryMs);
    }
    this.#certain = true;
  }
}
