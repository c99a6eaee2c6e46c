import { LRUCache } from "lru-cache";
import { cutOffMemoryHours } from "../../contract/limits.ts";
import {
  type CutOff,
  type CutOffRequest,
  type CutOffTimes,
  isInForce,
  nextCutOff,
} from "../../cut-off/cut-off.ts";
import { MinuteBudget } from "./minute-budget.ts";
import type { WithholdingCause } from "./withheld-cut-offs.ts";

/** A cut-off and the place in its stream that it has there. */
export interface StoredCutOff {
  readonly cutOff: CutOff;
  readonly sequence: number;
}

/** What all replicas share. */
export interface CutOffStore {
  /**
   * Stores one when the last of this device still has the expected place, 0 for none.
   *
   * @returns its own place; undefined when another replica was faster.
   */
  readonly replace: (
    clientId: string,
    cutOff: CutOff,
    expectedSequence: number,
  ) => Promise<number | undefined>;
  /** The last of this device, as the stream has it. */
  readonly read: (clientId: string) => Promise<StoredCutOff | undefined>;
}

export interface CutOffsOptions {
  readonly store: CutOffStore;
  readonly times: CutOffTimes;
  /** Cut-offs that a region makes in a minute at most; and ids asked for that are no device's. */
  readonly perMinute: number;
  /** Whether there is such a device. True as well when it cannot be told. */
  readonly exists: (clientId: string) => Promise<boolean>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** The cut-off that is in force now, and whether it is a new one of this replica's; or why none is. */
export type CutOffOutcome =
  | { readonly cutOff: CutOff; readonly isNew: boolean; readonly withheld?: never }
  | { readonly withheld: WithholdingCause };

/** Devices that are remembered: more than the stream has room for. */
const deviceLimit = 200_000;
/** The second attempt knows what the first one did not. */
const attempts = 2;

/**
 * Who is cut off, as far as this replica has heard, and who becomes it: once for all replicas.
 *
 * How many become it is bounded for the region, because whoever has the meter's password could
 * otherwise keep out the whole fleet, with a record in AUDIT for each. Replicas that decide in the same
 * moment do not see each other's: the bound may be passed by as many as are under way.
 */
export class CutOffs {
  readonly #options: CutOffsOptions;
  readonly #known: LRUCache<string, StoredCutOff>;
  readonly #made: MinuteBudget;
  readonly #strange: MinuteBudget;
  #underWay = 0;

  constructor(options: CutOffsOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: deviceLimit, ttl: cutOffMemoryHours * 3_600_000 });
    this.#made = new MinuteBudget(options.perMinute, options.clock);
    this.#strange = new MinuteBudget(options.perMinute, options.clock);
  }

  /** Devices that are kept out now. */
  get inForce(): number {
    const nowMs = this.#options.clock();
    let count = 0;
    for (const { cutOff } of this.#known.values()) if (isInForce(cutOff, nowMs)) count++;
    return count;
  }

  isCutOff(clientId: string): boolean {
    const known = this.#known.get(clientId);
    return known !== undefined && isInForce(known.cutOff, this.#options.clock());
  }

  /** Takes what some replica stored. */
  learn(clientId: string, stored: StoredCutOff): void {
    const known = this.#known.get(clientId);
    if (!known || known.sequence < stored.sequence) this.#remember(clientId, stored);
  }

  #remember(clientId: string, stored: StoredCutOff): void {
    if (this.#known.peek(clientId)?.sequence !== stored.sequence) {
      this.#made.note(stored.cutOff.sinceMs);
    }
    this.#known.set(clientId, stored);
  }

  /** The places of all that is known are void: the stream counts from one again. */
  forgetPlaces(): void {
    for (const clientId of [...this.#known.keys()]) {
      const known = this.#known.peek(clientId);
      if (known) this.#known.set(clientId, { ...known, sequence: 0 }, { noUpdateTTL: true });
    }
  }

  async cutOff(request: CutOffRequest): Promise<CutOffOutcome> {
    const { exists, clock } = this.#options;
    const { clientId } = request;
    const known = this.#known.get(clientId);
    if (known && isInForce(known.cutOff, clock())) return { cutOff: known.cutOff, isNew: false };
    if (!this.#made.hasRoom(this.#underWay) || !this.#strange.hasRoom()) {
      return { withheld: "limit" };
    }
    this.#underWay++;
    try {
      if (await exists(clientId)) return await this.#make(request);
      this.#strange.note(clock());
      return { withheld: "unknown" };
    } finally {
      this.#underWay--;
    }
  }

  async #make({ clientId, limit }: CutOffRequest): Promise<CutOffOutcome> {
    const { store, times, clock } = this.#options;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const known = this.#known.get(clientId);
      if (known && isInForce(known.cutOff, clock())) return { cutOff: known.cutOff, isNew: false };
      const cutOff = nextCutOff(known?.cutOff, { limit, nowMs: clock() }, times);
      const sequence = await store.replace(clientId, cutOff, known?.sequence ?? 0);
      if (sequence !== undefined) {
        this.learn(clientId, { cutOff, sequence });
        return { cutOff, isNew: true };
      }
      const stored = await store.read(clientId);
      if (stored) this.#remember(clientId, stored);
      else this.#known.delete(clientId);
    }
    throw new Error(`the cut-off of ${clientId} changed while it was made`);
  }
}
