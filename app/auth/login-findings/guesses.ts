import { LRUCache } from "lru-cache";
import { addressKey } from "../../shared/address-key.ts";
import type { RefusalCode } from "../callout/refusal.ts";
import { MinuteBudget } from "../cut-off/minute-budget.ts";

/** A refused login. */
export interface RefusedLogin {
  readonly clientId: string;
  readonly address: string;
  readonly code: RefusalCode;
  /** The registry has this id. */
  readonly known: boolean;
}

/** Somebody tries secrets, and who is seen to with it. */
export type Guess =
  /** Ids that one address tried in vain. */
  | {
      readonly rule: "credential-stuffing";
      readonly address: string;
      readonly ids: readonly string[];
    }
  /** Addresses that tried one device's id in vain. */
  | {
      readonly rule: "distributed-guessing";
      readonly clientId: string;
      readonly addresses: readonly string[];
    };

export interface GuessSettings {
  /** Ids that one address may get wrong within `windowMs`. */
  readonly ids: number;
  /** Addresses at which one id may be wrong within it. */
  readonly addresses: number;
  readonly windowMs: number;
  /** Guesses that are told of in a minute: those who make them have addresses without end. */
  readonly perMinute: number;
}

export const guessSettings: GuessSettings = {
  ids: 20,
  addresses: 5,
  windowMs: 3_600_000,
  perMinute: 30,
};

/** Of each kind: whoever has more addresses than that is told of by others of his. */
const keyLimit = 5_000;

/** Failures that are about who it is. A wrong certificate is found by nobody who tries. */
const guessed: ReadonlySet<RefusalCode> = new Set(["unknown-client", "bad-secret"]);

/**
 * Finds who tries secrets for many ids, and which id is tried from many places: of neither do lock-outs
 * tell, since each of them concerns one address. Calculates only; in each replica for itself.
 */
export class Guesses {
  readonly #settings: GuessSettings;
  readonly #idsOf: LRUCache<string, Set<string>>;
  readonly #addressesOf: LRUCache<string, Set<string>>;
  readonly #budget: MinuteBudget;

  /** @param clock milliseconds since 1970. */
  constructor(settings: GuessSettings, clock: () => number) {
    this.#settings = settings;
    // From its first failure on: what is told of once in a window is told of again in the next.
    const options = {
      ...{ max: keyLimit, ttl: settings.windowMs, noUpdateTTL: true },
      // Asked each time.
      ttlResolution: 0,
      perf: { now: clock },
    };
    this.#idsOf = new LRUCache(options);
    this.#addressesOf = new LRUCache(options);
    this.#budget = new MinuteBudget(settings.perMinute, clock);
  }

  /** @returns what it makes certain; what exceeds the budget is `untold`. */
  note(login: RefusedLogin): { readonly told: readonly Guess[]; readonly untold: number } {
    if (!guessed.has(login.code)) return { told: [], untold: 0 };
    const address = addressKey(login.address);
    const found: Guess[] = [];
    const ids = reached(this.#idsOf, address, login.clientId, this.#settings.ids);
    if (ids) found.push({ rule: "credential-stuffing", address, ids });
    const addresses =
      login.known && reached(this.#addressesOf, login.clientId, address, this.#settings.addresses);
    if (addresses) {
      found.push({ rule: "distributed-guessing", clientId: login.clientId, addresses });
    }
    const told = found.filter(() => this.#budget.take());
    return { told, untold: found.length - told.length };
  }
}

/** @returns what was tried with this key, when this one makes it just too much. */
function reached(
  tried: LRUCache<string, Set<string>>,
  key: string,
  value: string,
  allowed: number,
): readonly string[] | undefined {
  const values = tried.get(key) ?? new Set();
  // More is nothing new.
  if (values.size > allowed || values.has(value)) return undefined;
  values.add(value);
  tried.set(key, values);
  return values.size > allowed ? [...values] : undefined;
}
