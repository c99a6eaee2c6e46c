import { LRUCache } from "lru-cache";
import { addressKey } from "../../shared/address-key.ts";
import type { CalloutRequest } from "./callout-request.ts";

/** Logins of one device from one address that are told as a number. */
export interface CountedLogins {
  /** The first of them. */
  readonly request: CalloutRequest;
  /** When that was, in milliseconds since 1970. */
  readonly sinceMs: number;
  count: number;
}

const hourMs = 3_600_000;
/** A count is told when it is this old. */
const countMs = 600_000;
/** Devices that are watched. One in a loop is always among those that came last. */
const watched = 50_000;
/** Devices in a loop at the same time; more than that have a record for each login. */
const countedLimit = 10_000;

/**
 * Which admissions have a record of their own: so many of each device and address in an hour. A
 * device that logs in again and again makes that many records and six counts an hour, no more.
 */
export class RepeatedLogins {
  readonly #perHour: number;
  /** Milliseconds since 1970. */
  readonly #clock: () => number;
  readonly #written = new LRUCache<string, { sinceMs: number; count: number }>({ max: watched });
  readonly #counted = new Map<string, CountedLogins>();

  constructor(perHour: number, clock: () => number) {
    this.#perHour = perHour;
    this.#clock = clock;
  }

  /** False: it was counted. */
  takesSingle(request: CalloutRequest): boolean {
    const nowMs = this.#clock();
    const key = `${addressKey(request.address)} ${request.clientId}`;
    const written = this.#written.get(key);
    if (!written || nowMs - written.sinceMs >= hourMs) {
      this.#written.set(key, { sinceMs: nowMs, count: 1 });
      return true;
    }
    if (++written.count <= this.#perHour) return true;
    const counted = this.#counted.get(key);
    if (counted) counted.count++;
    else if (this.#counted.size >= countedLimit) return true;
    else this.#counted.set(key, { request, sinceMs: nowMs, count: 1 });
    return false;
  }

  /** Hands out the counts that are old enough, at the end all of them; one that is not taken is kept. */
  tell(take: (counted: CountedLogins) => boolean, options = { last: false }): void {
    const nowMs = this.#clock();
    for (const [key, counted] of this.#counted) {
      // In the order in which they began.
      if (!options.last && nowMs - counted.sinceMs < countMs) return;
      if (!take(counted)) return;
      this.#counted.delete(key);
    }
  }
}
