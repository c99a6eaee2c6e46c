import { chunksOf } from "../../registry/batches.ts";
import type { ChangeMarks } from "../../registry/changes-since.ts";
import { type DeviceBatch, readBatchSize } from "../../registry/device-batch.ts";
import type { DeviceIndex } from "./device-index.ts";
import type { IndexFilter } from "./index-search.ts";
import { indexed, indexedDamage } from "./indexed-device.ts";
import type { Fill } from "./table-fill.ts";

/** What is asked of the index. */
export interface IndexQuestion {
  readonly filter: IndexFilter;
  readonly after: string | undefined;
  readonly limit: number;
  /** So many are counted at most. */
  readonly countAtMost: number;
}

export interface IndexAnswer {
  readonly names: readonly string[];
  readonly more: boolean;
  readonly found: number;
  readonly state: IndexState;
}

/** What was told since the last time. */
export interface ChangeNews {
  readonly clientIds: readonly string[];
  /** Until where it is now known. */
  readonly marks: ChangeMarks;
  /** All that was told until this time is here, in milliseconds since 1970; absent when there is more. */
  readonly completeAt?: number | undefined;
  /** Something was told that nobody knows any more: only the table does. */
  readonly lost: boolean;
}

/** How much is to be believed. Times are milliseconds since 1970. */
export interface IndexState {
  /** The whole table was read once. */
  readonly filledAt?: number | undefined;
  /** Items that were read, by the reading that goes on, or else by the last. */
  readonly read: number;
  /** Whether a reading goes on. */
  readonly filling: boolean;
  /** Items of the table, as DynamoDB or the last reading counts them. */
  readonly about?: number | undefined;
  /** What was changed later may be missing. */
  readonly asOf?: number | undefined;
  readonly bytes: number;
}

export interface Followed {
  readonly marks: ChangeMarks;
  readonly completeAt?: number | undefined;
}

export interface KeeperOptions {
  readonly index: DeviceIndex;
  /** Its reads by id are consistent. */
  readonly registry: {
    getMany(ids: readonly string[]): Promise<Pick<DeviceBatch, "found" | "unreadable" | "unread">>;
  };
  readonly fill: Fill;
  readonly clock: () => number;
}

/**
 * A page of a list may be read from a copy that lags behind a consistent reading that began earlier:
 * for so many seconds the latter is believed.
 */
const lagSeconds = 5;
/** How far it has followed is kept that often when nothing changes. */
const keepEveryMs = 10_000;

/** Keeps the index like the table, and answers from it. */
export class IndexKeeper {
  readonly #options: KeeperOptions;
  #followed: Followed;
  #keptAt = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#followed = options.index.kept<Followed>("followed") ?? { marks: {} };
  }

  get marks(): ChangeMarks {
    return this.#followed.marks;
  }

  find({ filter, after, limit, countAtMost }: IndexQuestion): IndexAnswer {
    const { search } = this.#options.index;
    const page = search.page(filter, after, limit);
    return { ...page, found: search.count(filter, countAtMost), state: this.state() };
  }

  state(): IndexState {
    const { index, fill } = this.#options;
    const { staleSince, ...progress } = fill.progress();
    return { ...progress, asOf: staleSince ?? this.#followed.completeAt, bytes: index.bytes() };
  }

  /**
   * Reads the devices that changed, and remembers that it has.
   *
   * @throws Error when the table cannot be read: then the same is to be told again.
   */
  async follow({ clientIds, marks, completeAt, lost }: ChangeNews): Promise<void> {
    const { index, fill, clock } = this.#options;
    for (const ids of chunksOf([...new Set(clientIds)], readBatchSize)) await this.#read(ids);
    if (lost) fill.startAnew(this.#followed.completeAt);
    this.#followed = { marks, completeAt: completeAt ?? this.#followed.completeAt };
    const isNews = clientIds.length > 0 || lost;
    if (!isNews && clock() - this.#keptAt < keepEveryMs) return;
    this.#keptAt = clock();
    index.keep("followed", this.#followed);
  }

  async #read(ids: readonly string[]): Promise<void> {
    const { index, registry, clock } = this.#options;
    const readAt = Math.ceil(clock() / 1_000) + lagSeconds;
    const { found, unreadable, unread } = await registry.getMany(ids);
    const known = new Set([...found.keys(), ...unreadable.map((each) => each.clientId), ...unread]);
    index.put([...[...found.values()].map(indexed), ...unreadable.map(indexedDamage)], readAt);
    index.remove(
      ids.filter((id) => !known.has(id)),
      readAt,
    );
    if (unread.length > 0) throw new Error(`${unread.length} changed devices were not read`);
  }
}
