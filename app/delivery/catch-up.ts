import { nowMs } from "../contract/headers.ts";
import type { Allowance } from "./allowance.ts";
import type { DeviceLine } from "./device-line.ts";
import { hasEnded, type LastSeen } from "./last-seen.ts";
import { type AlertSource, alertBatch, type Place, type Reading } from "./missed-alerts.ts";

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
  readonly sources: readonly AlertSource[];
  readonly line: Pick<DeviceLine, "send" | "sendIfHeard" | "flush">;
  /** Of all devices. */
  readonly allowance: Pick<Allowance, "take">;
  /** Of this device. */
  readonly ownAllowance: Pick<Allowance, "take">;
  readonly onSent: (alerts: number) => void;
}

/** nats-server gives up on storing a session after 5 s: then there is no subscription, nor will be. */
const restoreLimitMs = 6_000;
/** After the end of a session no server has its subscription any more. */
const restoreSoonMs = 250;
/** When nobody hears a device's first alert, it is sent again after that. */
export const probeEveryMs = 50;

/**
 * Whether a device was sent all, may be sent more, does not hear its first alert yet, or lacks what the
 * index does not reach yet.
 */
export type Progress = "all" | "more" | "unheard" | "unreached";

/** The session is gone, or the device has come again: whoever comes later is another catch-up. */
export class DeviceGone extends Error {
  override readonly name = "DeviceGone";
}

/** Sends one device what it has missed, in order. */
export class CatchUp {
  readonly subscribed: Subscribed;
  readonly #options: CatchUpOptions;
  readonly #gone = new AbortController();
  readonly #places = new Map<AlertSource, Place>();
  /** The source that is being read, and what of it is not sent yet. */
  #at = 0;
  #read: Reading | undefined;
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
   * Sends the next ones of what is stored from there on, or from where it was before: a batch at most
   * of each source, so that other devices have their turn in between. Alerts that come meanwhile may
   * reach the device by themselves, and are sent again in their place.
   *
   * @throws DeviceGone
   */
  async next(since: number): Promise<Progress> {
    const { sources, line } = this.#options;
    for (let source = sources[this.#at]; source; source = sources[++this.#at]) {
      const progress = await this.#nextOf(source, since);
      if (progress !== "all") return progress;
    }
    this.#at = 0;
    await line.flush();
    return "all";
  }

  /** Begins at these places. */
  beginAt(places: ReadonlyMap<AlertSource, Place>): void {
    for (const [source, place] of places) this.#places.set(source, place);
  }

  /** Alerts that were sent. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Resolves when what comes next can be read, for who has everything until `since`. Takes no turn.
   *
   * @throws DeviceGone
   */
  async whenAtHand(since: number): Promise<void> {
    const source = this.#options.sources[this.#at];
    await source?.whenAtHand(this.#placeIn(source, since), this.signal);
  }

  /** Something of our own, before the rest. False when nobody hears it yet. */
  tell(notice: Uint8Array): Promise<boolean> {
    return this.#sendOne(notice);
  }

  /** Whether there is more. The leaders know, where copies of a stream may lag. */
  async hasMore(): Promise<boolean> {
    for (const [source, place] of this.#places) {
      if (await source.has(this.subscribed.clientId, place)) return true;
    }
    return false;
  }

  async #nextOf(source: AlertSource, since: number): Promise<Progress> {
    const { clientId } = this.subscribed;
    const place = this.#placeIn(source, since);
    this.#places.set(source, place);
    // One is enough to find out whether it is heard, and little to hold until then.
    this.#read ??= await source.read(clientId, place, this.#certain ? alertBatch : 1);
    if (!this.#read) return "unreached";
    const { alerts, more, next } = this.#read;
    for (const { data } of alerts) {
      if (!(await this.#sendOne(data))) return "unheard";
    }
    this.#read = undefined;
    this.#places.set(source, next);
    this.#sent += alerts.length;
    this.#options.onSent(alerts.length);
    return more ? "more" : "all";
  }

  #placeIn(source: AlertSource, since: number): Place {
    return this.#places.get(source) ?? source.placeAt(since);
  }

  /** False when nobody is subscribed yet. */
  async #sendOne(payload: Uint8Array): Promise<boolean> {
    const { line, allowance, ownAllowance } = this.#options;
    const { clientId, atMs } = this.subscribed;
    await ownAllowance.take(1);
    await allowance.take(1);
    this.#gone.signal.throwIfAborted();
    if (this.#certain) line.send(clientId, payload);
    else if (await line.sendIfHeard(clientId, payload)) this.#certain = true;
    else if (nowMs() > atMs + restoreLimitMs) throw new DeviceGone(clientId);
    return this.#certain;
  }
}
