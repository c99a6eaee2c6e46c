import type { DeviceBatch } from "../../registry/device-batch.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { type CacheResult, DeviceCache } from "./device-cache.ts";
import { recordBytes } from "./record-bytes.ts";

interface Table {
  readonly reads: string[][];
  /** Reads are answered when it resolves. */
  held?: Promise<void>;
  answer: (ids: readonly string[]) => DeviceBatch;
}

/** What the table answers. */
export const batch = (ids: readonly string[], more: Partial<DeviceBatch> = {}): DeviceBatch => ({
  found: new Map(ids.map((id) => [id, deviceWith(id, "s")])),
  unreadable: [],
  unread: [],
  ...more,
});
export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
export const failing = () => {
  throw new Error("no connection");
};

/** A cache before a table that has every id that does not start with `no`. */
export function cacheWith(records = 1_000) {
  const table: Table = {
    reads: [],
    answer: (ids) => batch(ids.filter((id) => !id.startsWith("no"))),
  };
  const clock = { now: 0 };
  const results: CacheResult[] = [];
  const unreadable: string[] = [];
  const cache = new DeviceCache({
    read: async (ids) => {
      table.reads.push([...ids]);
      await table.held;
      return table.answer(ids);
    },
    lifetimes: { positiveMs: 30_000, negativeMs: 5_000, staleMs: 3_600_000 },
    bytes: records * recordBytes(deviceWith("d0", "s")),
    clock: () => clock.now,
    onResult: (result) => results.push(result),
    onReadFailure: () => {},
    onUnreadable: (id) => unreadable.push(id),
  });
  return { cache, table, clock, results, unreadable };
}
