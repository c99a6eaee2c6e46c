import { LRUCache } from "lru-cache";
import { type EnforcementMode, longestBarMinutes } from "../../contract/enforcement.ts";
import {
  type Bar,
  type BarRequest,
  isInForce,
  type LiftRequest,
  stampOf,
} from "../../enforcement/bar.ts";

export interface BarSettings {
  /** This one's name. */
  readonly region: string;
  readonly mode: EnforcementMode;
  readonly barMs: number;
  /** Bars that this region makes in an hour at most; beyond them a person decides. */
  readonly perHour: number;
  /** Devices that are kept out at a time, by all regions: beyond them this one makes no more. */
  readonly atOnce: number;
}

export interface BarsOptions extends BarSettings {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** As long as the stream keeps them. */
const rememberedMs = 24 * 3_600_000;
const hourMs = 3_600_000;
/**
 * Devices of each mode that are remembered, so that never more are kept out, whatever is read: what was
 * learned first is forgotten then.
 */
const deviceLimit = 5_000;
const longestMs = longestBarMinutes * 60_000;

/**
 * Whom policy keeps out, as far as this replica has heard, of all regions. Calculates only: whoever uses
 * it stores what comes of it.
 */
export class Bars {
  readonly #options: BarsOptions;
  readonly #known: Readonly<Record<EnforcementMode, LRUCache<string, Bar>>>;
  /** When each decision of this region was made. */
  readonly #made = new Map<string, number>();

  constructor(options: BarsOptions) {
    this.#options = options;
    const limits = { max: deviceLimit, ttl: rememberedMs };
    this.#known = { enforce: new LRUCache(limits), observe: new LRUCache(limits) };
  }

  isBarred(clientId: string): boolean {
    const bar = this.#known.enforce.peek(clientId);
    return bar !== undefined && isInForce(bar, this.#options.clock());
  }

  inForce(mode: EnforcementMode): number {
    const nowMs = this.#options.clock();
    let count = 0;
    for (const bar of this.#known[mode].values()) if (isInForce(bar, nowMs)) count++;
    return count;
  }

  /** The latest first. */
  list(limit: number): readonly Bar[] {
    const all = [...this.#known.enforce.values(), ...this.#known.observe.values()];
    return all.sort((a, b) => stampOf(b) - stampOf(a)).slice(0, limit);
  }

  /**
   * Takes what some replica stored, here or in another region. What another one would do is nothing to
   * this one, and what would last longer than any may is no bar. @returns whether a device is kept out
   * that was not before
   */
  learn(bar: Bar): boolean {
    if (bar.untilMs - bar.sinceMs > longestMs) return false;
    if (bar.mode === "observe" && bar.region !== this.#options.region) return false;
    if (bar.region === this.#options.region) this.#made.set(bar.id, bar.sinceMs);
    const known = this.#known[bar.mode];
    const before = known.peek(bar.clientId);
    if (before && stampOf(before) >= stampOf(bar)) return false;
    const was = this.isBarred(bar.clientId);
    known.set(bar.clientId, bar);
    return !was && this.isBarred(bar.clientId);
  }

  /** The bar that a request has come to already: its own, or another that keeps the device out now. */
  answering({ id, clientId }: BarRequest): Bar | undefined {
    const nowMs = this.#options.clock();
    const known = [
      this.#known.enforce.peek(clientId),
      this.#known[this.#options.mode].peek(clientId),
    ];
    return known.find((bar) => bar && (bar.id === id || isInForce(bar, nowMs)));
  }

  /** Why this region may not make one more; undefined when it may. */
  get full(): string | undefined {
    const { clock, mode, perHour, atOnce } = this.#options;
    const sinceMs = clock() - hourMs;
    for (const [id, atMs] of this.#made) if (atMs <= sinceMs) this.#made.delete(id);
    if (this.#made.size >= perHour)
      return `this region made ${this.#made.size} bars within an hour`;
    const inForce = this.inForce(mode);
    return inForce >= atOnce ? `${inForce} devices are barred at a time` : undefined;
  }

  /** What is to be stored for a request. */
  made({ id, clientId, incident, risk }: BarRequest): Bar {
    const { region, mode, barMs, clock } = this.#options;
    const sinceMs = this.#later(this.#known[mode].peek(clientId), clock());
    return {
      ...{ id, clientId, region, mode },
      ...(incident !== undefined && { incident }),
      ...{ risk, sinceMs, untilMs: sinceMs + barMs },
    };
  }

  /** The same for who ends one; undefined when there is none to end. */
  lifted({ clientId, actor: by, reason }: LiftRequest): Bar | undefined {
    const nowMs = this.#options.clock();
    const bars = [this.#known.enforce.peek(clientId), this.#known.observe.peek(clientId)];
    const bar = bars.find((each) => each && isInForce(each, nowMs));
    return bar && { ...bar, lifted: { by, reason, atMs: this.#later(bar, nowMs) } };
  }

  /** Clocks of regions differ a little: what comes after something must be later than it. */
  #later(before: Bar | undefined, nowMs: number): number {
    return Math.ceil(Math.max(nowMs, before ? stampOf(before) + 1 : 0));
  }
}
