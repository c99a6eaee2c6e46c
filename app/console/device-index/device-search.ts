import { isClientId } from "../../contract/client-id.ts";
import { chunksOf, inParallel } from "../../registry/batches.ts";
import { readBatchSize } from "../../registry/device-batch.ts";
import { keyName, keyOf } from "../../registry/device-key.ts";
import type { DeviceRecord, UnreadableItem } from "../../registry/device-record.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import { keyAfter, tokenOf } from "../../registry/page-token.ts";
import { StreamReads } from "../access/stream-reads.ts";
import { Problem } from "../api/problem.ts";
import type { IndexAnswer, IndexQuestion, IndexState } from "./index-keeper.ts";
import type { IndexFilter } from "./index-search.ts";

/** So many devices that fit are counted at most. */
export const countLimit = 10_000;

export interface FoundDevices {
  readonly records: readonly DeviceRecord[];
  readonly unreadable: readonly UnreadableItem[];
  /** Records that were read for it. */
  readonly scanned: number;
  readonly next: string | undefined;
  /** How many fit, of all pages; one more than `countLimit` where there are more. */
  readonly found: number;
  readonly state: IndexState;
}

export interface DeviceSearchOptions {
  readonly find: (question: IndexQuestion) => Promise<IndexAnswer>;
  readonly registry: Pick<DeviceRegistry, "get" | "getMany">;
}

export interface PageWish {
  /** The `next` of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

const batchesAtOnce = 4;

/**
 * Searches the fleet: the index says which devices fit, the table what they are now. So nothing that
 * is shown of a device is older than the answer, and no more is read of the table than is shown.
 */
export class DeviceSearch {
  readonly #options: DeviceSearchOptions;
  readonly #turns = new StreamReads();

  constructor(options: DeviceSearchOptions) {
    this.#options = options;
  }

  /**
   * @param holder who asks: nobody takes all turns.
   * @throws InvalidPageToken, IndexUnavailable, Problem `too-many-requests`
   */
  page(holder: string, filter: IndexFilter, { after, limit }: PageWish): Promise<FoundDevices> {
    const begin = after === undefined ? undefined : keyName(keyAfter(after));
    return this.#turns.read(holder, async () => {
      const question = { filter, after: begin, limit, countAtMost: countLimit + 1 };
      const { names, more, found, state } = await this.#options.find(question);
      const [last, items] = [names.at(-1), await this.#read(names)];
      const records = names.flatMap((name) => items.records.get(name) ?? []);
      return {
        records: records.filter((record) => fits(record, filter)),
        unreadable: names.flatMap((name) => items.unreadable.get(name) ?? []),
        scanned: names.length,
        next: more && last !== undefined ? tokenOf(keyOf(last) ?? last) : undefined,
        ...{ found, state },
      };
    });
  }

  async #read(names: readonly string[]) {
    const { registry } = this.#options;
    const records = new Map<string, DeviceRecord>();
    const unreadable = new Map<string, UnreadableItem>();
    const batches = chunksOf(names.filter(isClientId), readBatchSize);
    await inParallel(batches, batchesAtOnce, async (ids) => {
      const batch = await registry.getMany(ids);
      for (const [id, record] of batch.found) records.set(id, record);
      for (const item of batch.unreadable) unreadable.set(item.clientId, item);
      if (batch.unread.length > 0) throw busy();
    });
    const others = names.filter((name) => !isClientId(name));
    await inParallel(others, batchesAtOnce, async (name) => {
      const item = await registry.get(name);
      if (item?.record) records.set(name, item.record);
      else if (item) unreadable.set(name, item.unreadable);
    });
    return { records, unreadable };
  }
}

const busy = () =>
  new Problem("registry-unavailable", "it is too busy to be read; try again later", {
    headers: { "retry-after": "2" },
  });

/** It may have changed since the index heard of it. */
const fits = (record: DeviceRecord, { status, region, label }: IndexFilter): boolean =>
  (status === undefined || record.status === status) &&
  (region === undefined || record.region === region) &&
  (label === undefined || record.labels.includes(label));
