import { addressKey } from "../../shared/address-key.ts";
import type { CalloutRequest } from "./callout-request.ts";
import { limitCodes, type RefusalCode } from "./refusal.ts";

/** How many records refusals may make in one replica, whoever asks from however many addresses. */
export interface RefusalRecordLimits {
  /** Records after a long quiet. One half is for single refusals, the other for counts. */
  readonly atOnce: number;
  /** Records for which there is room again each minute. */
  readonly perMinute: number;
  /** Single refusals of one address in a minute. */
  readonly perAddress: number;
}

/** Refusals that are told as a number. */
export interface Counted {
  /** The first of them; undefined where addresses are lumped together. */
  readonly request: CalloutRequest | undefined;
  readonly code: RefusalCode;
  /** When the first was, in milliseconds since 1970. */
  readonly sinceMs: number;
  count: number;
}

const minuteMs = 60_000;
/** Addresses whose refusals are counted apart, by code; those of all others are in one count a code. */
const kindLimit = 20;

/**
 * Which refusals have a record of their own. The first ones have, of each address and of all
 * together; the rest is counted by code and address, and no refusal is left out of both. A bucket
 * bounds single records and counts alike, so that strangers fill AUDIT no faster than it is refilled.
 */
export class CountedRefusals {
  readonly #limits: RefusalRecordLimits;
  /** Milliseconds since 1970. */
  readonly #clock: () => number;
  #room: number;
  #refilledMs: number;
  #minute = 0;
  /** Single records in this minute, by address, and by code where one is as good as the next. */
  readonly #written = new Map<string, number>();
  readonly #kinds = new Map<string, Counted>();

  constructor(limits: RefusalRecordLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
    this.#room = limits.atOnce;
    this.#refilledMs = clock();
  }

  /** Whether this one is to be recorded on its own. */
  takesSingle(request: CalloutRequest | undefined, code: RefusalCode): boolean {
    this.#refill();
    const address = request ? addressKey(request.address) : "";
    const alike = limitCodes.has(code);
    const key = alike ? `${code} ${address}` : address;
    const written = this.#written.get(key) ?? 0;
    const least = this.#limits.atOnce / 2 + 1;
    if (written >= (alike ? 1 : this.#limits.perAddress) || this.#room < least) return false;
    this.#room--;
    this.#written.set(key, written + 1);
    return true;
  }

  count(request: CalloutRequest | undefined, code: RefusalCode): void {
    const key = `${code} ${request ? addressKey(request.address) : ""}`;
    const apart = this.#kinds.has(key) || this.#kinds.size < kindLimit;
    const kind = apart ? key : code;
    const counted = this.#kinds.get(kind);
    if (counted) counted.count++;
    else {
      const first = { request: apart ? request : undefined, code, count: 1 };
      this.#kinds.set(kind, { ...first, sinceMs: this.#clock() });
    }
  }

  /**
   * Hands out counts while there is room for them, at the end all of them. One that is not taken is
   * kept, and so are those after it.
   */
  tell(take: (counted: Counted) => boolean, options = { last: false }): void {
    this.#refill();
    for (const [key, counted] of this.#kinds) {
      if (!options.last && this.#room < 1) return;
      if (!take(counted)) return;
      this.#room--;
      this.#kinds.delete(key);
    }
  }

  #refill(): void {
    const { atOnce, perMinute } = this.#limits;
    const nowMs = this.#clock();
    const gained = ((nowMs - this.#refilledMs) / minuteMs) * perMinute;
    this.#room = Math.min(atOnce, this.#room + Math.max(0, gained));
    this.#refilledMs = nowMs;
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.#minute) this.#written.clear();
    this.#minute = minute;
  }
}
