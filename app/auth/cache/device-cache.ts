import { LRUCache } from "lru-cache";
import type { DeviceBatch } from "../../registry/device-batch.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import type { Lookup } from "../callout/decide.ts";
import { ReadQueue } from "./read-queue.ts";
import { recordBytes } from "./record-bytes.ts";

export interface CacheLifetimes {
  /** How long a record is believed: the time that a revoked device can still connect. */
  readonly positiveMs: number;
  /** How long an id counts as unknown: the time that a new device may have to wait. */
  readonly negativeMs: number;
  /** How long a record is still believed while the registry cannot be read. */
  readonly staleMs: number;
}

/** `outdated`: the registry's copy here is older than a change that was told of. */
export const cacheResults = ["hit", "miss", "shared", "stale", "outdated", "unavailable"] as const;
export type CacheResult = (typeof cacheResults)[number];

export interface CacheOptions {
  /** Reads at most `readBatchSize` different ids. */
  readonly read: (clientIds: readonly string[]) => Promise<DeviceBatch>;
  readonly lifetimes: CacheLifetimes;
  /** Memory for records: the devices that are admitted while the registry is down are among them. */
  readonly bytes: number;
  /** Milliseconds of a clock that does not jump. */
  readonly clock: () => number;
  readonly onResult: (result: CacheResult) => void;
  readonly onReadFailure: (error: unknown) => void;
  readonly onUnreadable: (clientId: string, reason: string) => void;
}

/** Ids that anybody can make up must not push out records. */
const negativeCapacity = 20_000;
/** Changes that are remembered until every copy of the table must have them. */
const changeCapacity = 20_000;
/** After a failed read nobody waits for the next one to time out until this is over. */
const readPauseMs = 250;
/** Far more than a read takes, far less than the server waits. */
const refreshPatienceMs = 300;
/**
 * Four batches of 100 in 50 ms are 8,000 ids a second, more than one process admits; each call is
 * half a millisecond of processor time.
 */
const readsAtOnce = 4;

interface Pending {
  readonly lookup: Promise<Lookup>;
  readonly resolve: (lookup: Lookup) => void;
  /** A change was told of meanwhile: what comes back may be from before it. */
  outdated: boolean;
}

/**
 * The device registry as logins see it: one read for all who ask for an id at the same time, batches
 * for all that wait, and records that outlive the registry's absence.
 */
export class DeviceCache {
  readonly #options: CacheOptions;
  readonly #records: LRUCache<string, { readonly record: DeviceRecord; readonly readAt: number }>;
  readonly #absent = new LRUCache<string, number>({ max: negativeCapacity });
  readonly #changes = new LRUCache<string, { readonly version: number; readonly at: number }>({
    max: changeCapacity,
  });
  readonly #pending = new Map<string, Pending>();
  readonly #queue: ReadQueue;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #failing = false;
  #readsUnderWay = 0;
  #reached = false;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#records = new LRUCache({
      maxSize: options.bytes,
      sizeCalculation: ({ record }) => recordBytes(record),
    });
    this.#queue = new ReadQueue({
      read: (ids) => this.#read(ids),
      // One is enough to see whether the registry is back.
      atOnce: () => (this.#failing ? 1 : readsAtOnce),
    });
  }

  /** True once a read has succeeded. */
  get reached(): boolean {
    return this.#reached;
  }

  get bytes(): number {
    return this.#records.calculatedSize;
  }

  /** Whether the id was in the registry when it was last asked for, however long ago. */
  knows(clientId: string): boolean {
    return this.#records.has(clientId);
  }

  /** What is known and still believed, without asking the registry. */
  peek(clientId: string): Lookup | undefined {
    const entry = this.#records.get(clientId);
    if (!entry || this.#age(entry.readAt) >= this.#options.lifetimes.positiveMs) return undefined;
    return { kind: "found", record: entry.record };
  }

  /**
   * The registry's record was changed: what is known of it no longer counts, not even what is on
   * its way here.
   *
   * @param version of the changed record. As long as records are believed, older ones are not: the
   * change may be known sooner than the copy of the table that is read here has it.
   */
  invalidate(clientId: string, version = 0): void {
    this.#records.delete(clientId);
    this.#absent.delete(clientId);
    this.#changes.set(clientId, { version, at: this.#options.clock() });
    const pending = this.#pending.get(clientId);
    if (pending) pending.outdated = true;
  }

  /** Never rejects. */
  lookup(clientId: string): Promise<Lookup> {
    const { lifetimes, onResult } = this.#options;
    const believed = this.peek(clientId);
    if (believed) {
      onResult("hit");
      return Promise.resolve(believed);
    }
    const absentSince = this.knows(clientId) ? undefined : this.#absent.get(clientId);
    if (absentSince !== undefined && this.#age(absentSince) < lifetimes.negativeMs) {
      onResult("hit");
      return Promise.resolve({ kind: "absent" });
    }
    const pending = this.#pending.get(clientId);
    if (pending) {
      onResult("shared");
      return pending.lookup;
    }
    if (this.#waitsForRegistry()) return Promise.resolve(this.#withoutRegistry(clientId));
    onResult("miss");
    const { promise, resolve } = Promise.withResolvers<Lookup>();
    const known = this.knows(clientId);
    const lookup = known ? this.#impatient(clientId, promise) : promise;
    this.#pending.set(clientId, { lookup, resolve, outdated: false });
    // Devices that were seen before do not wait behind ids that anybody can make up.
    this.#queue.add(clientId, known);
    return lookup;
  }

  /** A known device does not wait for a registry that may well not answer at all. */
  #impatient(clientId: string, read: Promise<Lookup>): Promise<Lookup> {
    return new Promise((resolve) => {
      const late = () => resolve(this.#withoutRegistry(clientId));
      const timer = setTimeout(late, refreshPatienceMs);
      void read.then((lookup) => {
        clearTimeout(timer);
        resolve(lookup);
      });
    });
  }

  #age(at: number): number {
    return this.#options.clock() - at;
  }

  /** While it is down, those behind whom it is tried again are the only ones that wait for it. */
  #waitsForRegistry(): boolean {
    if (this.#options.clock() < this.#pausedUntil) return true;
    return this.#failing && this.#readsUnderWay > 0;
  }

  async #read(ids: readonly string[]): Promise<void> {
    let batch: DeviceBatch;
    this.#readsUnderWay++;
    try {
      batch = await this.#options.read(ids).finally(() => this.#readsUnderWay--);
    } catch (error) {
      this.#failing = true;
      this.#pausedUntil = this.#options.clock() + readPauseMs;
      this.#options.onReadFailure(error);
      for (const id of [...ids, ...this.#queue.clear()])
        this.#answer(id, this.#withoutRegistry(id));
      return;
    }
    this.#failing = false;
    this.#reached = true;
    const unread = new Set(batch.unread);
    const unreadable = new Map(batch.unreadable.map((item) => [item.clientId, item.reason]));
    for (const id of ids) {
      if (this.#pending.get(id)?.outdated) this.#again(id);
      else if (unread.has(id)) this.#answer(id, this.#withoutRegistry(id));
      else this.#answer(id, this.#learn(id, batch.found.get(id), unreadable.get(id)));
    }
  }

  #answer(id: string, lookup: Lookup): void {
    this.#pending.get(id)?.resolve(lookup);
    this.#pending.delete(id);
  }

  #again(id: string): void {
    const pending = this.#pending.get(id);
    if (pending) pending.outdated = false;
    this.#queue.add(id, true);
  }

  #learn(id: string, record: DeviceRecord | undefined, unreadable: string | undefined): Lookup {
    const readAt = this.#options.clock();
    if (record && !this.#isOutdated(record)) {
      this.#absent.delete(id);
      this.#records.set(id, { record, readAt });
      return { kind: "found", record };
    }
    this.#records.delete(id);
    if (record) {
      this.#options.onResult("outdated");
      return { kind: "unavailable" };
    }
    if (unreadable !== undefined) {
      this.#options.onUnreadable(id, unreadable);
      return { kind: "damaged" };
    }
    this.#absent.set(id, readAt);
    return { kind: "absent" };
  }

  #isOutdated(record: DeviceRecord): boolean {
    const change = this.#changes.get(record.clientId);
    if (!change || this.#age(change.at) >= this.#options.lifetimes.positiveMs) return false;
    return record.version < change.version;
  }

  #withoutRegistry(id: string): Lookup {
    const entry = this.#records.get(id);
    if (entry && this.#age(entry.readAt) < this.#options.lifetimes.staleMs) {
      this.#options.onResult("stale");
      return { kind: "found", record: entry.record };
    }
    this.#options.onResult("unavailable");
    return { kind: "unavailable" };
  }
}
