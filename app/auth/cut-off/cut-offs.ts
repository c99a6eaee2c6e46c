import { LRUCache } from "lru-cache";
import { cutOffMemoryHours } from "../../contract/limits.ts";
import {
  type CutOff,
  type CutOffRequest,
  type CutOffTimes,
  isInForce,
  nextCutOff,
} from "../../cut-off/cut-off.ts";

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
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Devices that are remembered: more than the stream has room for. */
const deviceLimit = 200_000;
/** The second attempt knows what the first one did not. */
const attempts = 2;

/** Who is cut off, as far as this replica has heard, and who becomes it: once for all replicas. */
export class CutOffs {
  readonly #options: CutOffsOptions;
  readonly #known: LRUCache<string, StoredCutOff>;

  constructor(options: CutOffsOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: deviceLimit, ttl: cutOffMemoryHours * 3_600_000 });
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
    if (!known || known.sequence < stored.sequence) this.#known.set(clientId, stored);
  }

  /** The places of all that is known are void: the stream counts from one again. */
  forgetPlaces(): void {
    for (const clientId of [...this.#known.keys()]) {
      const known = this.#known.peek(clientId);
      if (known) this.#known.set(clientId, { ...known, sequence: 0 }, { noUpdateTTL: true });
    }
  }

  /** @returns the cut-off that is in force then, and whether it is a new one of this replica's. */
  async cutOff({ clientId, limit }: CutOffRequest): Promise<{ cutOff: CutOff; isNew: boolean }> {
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
      if (stored) this.#known.set(clientId, stored);
      else this.#known.delete(clientId);
    }
    throw new Error(`the cut-off of ${clientId} changed while it was made`);
  }
}
