import { LRUCache } from "lru-cache";
import { addressKey } from "../../shared/address-key.ts";
import { MinuteBudget } from "../cut-off/minute-budget.ts";

/** A device that logs in again and again, and from where. */
export interface Flap {
  readonly rule: "connect-flapping";
  readonly clientId: string;
  readonly logins: number;
  readonly seconds: number;
  readonly addresses: readonly string[];
}

export interface FlapSettings {
  /** Logins of one device within `windowMs` that are nothing unusual. */
  readonly logins: number;
  readonly windowMs: number;
  /** A device is told of once in that time, however long it goes on. */
  readonly quietMs: number;
  /** Devices that are told of in a minute. */
  readonly perMinute: number;
}

/**
 * Each replica counts for itself: of two, each sees about half of the logins. A bad line or a device that
 * gives up after each failed report comes back every half minute or so; a loop does every second.
 */
export const flapSettings: FlapSettings = {
  logins: 30,
  windowMs: 600_000,
  quietMs: 3_600_000,
  perMinute: 30,
};

/** Devices that are watched. One in a loop is always among those that came last. */
const watched = 50_000;
/** Addresses that are named of one. */
const named = 10;

interface Count {
  sinceMs: number;
  logins: number;
  toldMs: number | undefined;
  readonly addresses: Set<string>;
}

/**
 * Finds devices that are admitted again and again. A loop is a fault or a flood; and two devices with one
 * id, of which each login ends the other's session, look just so: then the secret was copied.
 */
export class Flapping {
  readonly #settings: FlapSettings;
  /** Milliseconds since 1970. */
  readonly #clock: () => number;
  readonly #counts = new LRUCache<string, Count>({ max: watched });
  readonly #budget: MinuteBudget;

  constructor(settings: FlapSettings, clock: () => number) {
    this.#settings = settings;
    this.#clock = clock;
    this.#budget = new MinuteBudget(settings.perMinute, clock);
  }

  /** @returns what an admitted login makes certain; what exceeds the budget is `untold`. */
  note(login: { readonly clientId: string; readonly address: string }): {
    readonly told: readonly Flap[];
    readonly untold: number;
  } {
    const { logins, quietMs } = this.#settings;
    const nowMs = this.#clock();
    const count = this.#countOf(login.clientId, nowMs);
    count.logins++;
    if (count.addresses.size < named) count.addresses.add(addressKey(login.address));
    const isQuiet = count.toldMs !== undefined && nowMs - count.toldMs < quietMs;
    if (count.logins <= logins || isQuiet) return { told: [], untold: 0 };
    if (!this.#budget.take()) return { told: [], untold: 1 };
    count.toldMs = nowMs;
    const flap: Flap = {
      ...{ rule: "connect-flapping", clientId: login.clientId, logins: count.logins },
      seconds: Math.max(1, Math.round((nowMs - count.sinceMs) / 1_000)),
      addresses: [...count.addresses],
    };
    return { told: [flap], untold: 0 };
  }

  #countOf(clientId: string, nowMs: number): Count {
    const known = this.#counts.get(clientId);
    if (known && nowMs - known.sinceMs < this.#settings.windowMs) return known;
    const { toldMs } = known ?? {};
    const count: Count = { sinceMs: nowMs, logins: 0, toldMs, addresses: new Set() };
    this.#counts.set(clientId, count);
    return count;
  }
}
