import { LRUCache } from "lru-cache";
import { chunksOf } from "../registry/batches.ts";
import type { DeviceRecord } from "../registry/device-record.ts";
import { type DeviceBatch, readBatchSize } from "../registry/device-registry.ts";
import type { Lookup } from "./decide.ts";

export interface CacheLifetimes {
  /** How long a record is believed: the time that a revoked device can still connect. */
  readonly positiveMs: number;
  /** How long an id counts as unknown: the time that a new device may have to wait. */
  readonly negativeMs: number;
  /** How long a record is still believed while the registry cannot be read. */
  readonly staleMs: number;
}

export const cacheResults = ["hit", "miss", "shared", "stale", "unavailable"] as const;
export type CacheResult = (typeof cacheResults)[number];

export interface CacheOptions {
  /** Reads at most `readBatchSize` different ids. */
  readonly read: (clientIds: readonly string[]) => Promise<DeviceBatch>;
  readonly lifetimes: CacheLifetimes;
  /** Records kept: the devices that are admitted while the registry is down are among them. */
  readonly capacity: number;
  /** Milliseconds of a clock that does not jump. */
  readonly clock: () => number;
  readonly onResult: (result: CacheResult) => void;
  readonly onReadFailure: (error: unknown) => void;
  readonly onUnreadable: (clientId: string, reason: string) => void;
}

/** Ids that anybody can make up must not push out records. */
const negativeCapacity = 20_000;
/** After a failed read nobody waits for the next one to time out until this is over. */
const readPauseMs = 250;

interface Pending {
  readonly lookup: Promise<Lookup>;
  readonly resolve: (lookup: Lookup) => void;
}

/**
 * The device registry as logins see it: one read for all who ask for an id at the same time, one
 * batch for all ids of one turn of the event loop, and records that outlive the registry's absence.
 */
export class DeviceCache {
  readonly #options: CacheOptions;
  readonly #records: LRUCache<string, { readonly record: DeviceRecord; readonly readAt: number }>;
  readonly #absent: LRUCache<string, number>;
  readonly #pending = new Map<string, Pending>();
  #wanted: string[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #reached = false;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#records = new LRUCache({ max: options.capacity });
    this.#absent = new LRUCache({ max: negativeCapacity });
  }

  /** True once a read has succeeded. */
  get reached(): boolean {
    return this.#reached;
  }

  /** What is known and still believed, without asking the registry. */
  peek(clientId: string): Lookup | undefined {
    const entry = this.#records.get(clientId);
    if (!entry || this.#options.clock() - entry.readAt >= this.#options.lifetimes.positiveMs) {
      return undefined;
    }
    return { kind: "found", record: entry.record };
  }

  /** Never rejects. */
  lookup(clientId: string): Promise<Lookup> {
    const { lifetimes, clock, onResult } = this.#options;
    const now = clock();
    const known = this.peek(clientId);
    if (known) {
      onResult("hit");
      return Promise.resolve(known);
    }
    const absentSince = this.#records.has(clientId) ? undefined : this.#absent.get(clientId);
    if (absentSince !== undefined && now - absentSince < lifetimes.negativeMs) {
      onResult("hit");
      return Promise.resolve({ kind: "absent" });
    }
    const pending = this.#pending.get(clientId);
    if (pending) {
      onResult("shared");
      return pending.lookup;
    }
    if (now < this.#pausedUntil) return Promise.resolve(this.#withoutRegistry(clientId));
    onResult("miss");
    return this.#enqueue(clientId);
  }

  #enqueue(clientId: string): Promise<Lookup> {
    const { promise, resolve } = Promise.withResolvers<Lookup>();
    this.#pending.set(clientId, { lookup: promise, resolve });
    if (this.#wanted.push(clientId) === 1) {
      setImmediate(() => {
        const ids = this.#wanted;
        this.#wanted = [];
        for (const chunk of chunksOf(ids, readBatchSize)) void this.#read(chunk);
      });
    }
    return promise;
  }

  async #read(ids: readonly string[]): Promise<void> {
    let batch: DeviceBatch | undefined;
    try {
      batch = await this.#options.read(ids);
      this.#reached = true;
    } catch (error) {
      this.#pausedUntil = this.#options.clock() + readPauseMs;
      this.#options.onReadFailure(error);
    }
    const unread = new Set(batch?.unread ?? ids);
    const unreadable = new Map(batch?.unreadable.map((item) => [item.clientId, item.reason]));
    for (const id of ids) {
      const lookup = unread.has(id)
        ? this.#withoutRegistry(id)
        : this.#learn(id, batch?.found.get(id), unreadable.get(id));
      this.#pending.get(id)?.resolve(lookup);
      this.#pending.delete(id);
    }
  }

  #learn(id: string, record: DeviceRecord | undefined, unreadable: string | undefined): Lookup {
    const readAt = this.#options.clock();
    if (record) {
      this.#absent.delete(id);
      this.#records.set(id, { record, readAt });
      return { kind: "found", record };
    }
    this.#records.delete(id);
    if (unreadable !== undefined) {
      this.#options.onUnreadable(id, unreadable);
      return { kind: "unavailable" };
    }
    this.#absent.set(id, readAt);
    return { kind: "absent" };
  }

  #withoutRegistry(id: string): Lookup {
    const entry = this.#records.get(id);
    if (entry && this.#options.clock() - entry.readAt < this.#options.lifetimes.staleMs) {
      this.#options.onResult("stale");
      return { kind: "found", record: entry.record };
    }
    this.#options.onResult("unavailable");
    return { kind: "unavailable" };
  }
}
