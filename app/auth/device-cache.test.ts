import { describe, expect, it } from "vitest";
import type { DeviceBatch } from "../registry/device-registry.ts";
import { deviceWith } from "../registry/emulator.fixture.ts";
import { type CacheResult, DeviceCache } from "./device-cache.ts";

interface Table {
  readonly reads: string[][];
  answer: (ids: readonly string[]) => DeviceBatch;
}

const batch = (ids: readonly string[], more: Partial<DeviceBatch> = {}): DeviceBatch => ({
  found: new Map(ids.map((id) => [id, deviceWith(id, "s")])),
  unreadable: [],
  unread: [],
  ...more,
});
const failing = () => {
  throw new Error("no connection");
};

/** A cache before a table that has every id that does not start with `no`. */
function cacheWith(capacity = 1_000) {
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
      return table.answer(ids);
    },
    lifetimes: { positiveMs: 30_000, negativeMs: 5_000, staleMs: 3_600_000 },
    capacity,
    clock: () => clock.now,
    onResult: (result) => results.push(result),
    onReadFailure: () => {},
    onUnreadable: (id) => unreadable.push(id),
  });
  return { cache, table, clock, results, unreadable };
}

describe("a cached device", () => {
  it("is read once within its lifetime, and again after it", async () => {
    const { cache, table, clock } = cacheWith();
    await cache.lookup("a");
    clock.now = 29_999;
    expect((await cache.lookup("a")).kind).toBe("found");
    expect(table.reads).toEqual([["a"]]);

    clock.now = 30_000;
    await cache.lookup("a");
    expect(table.reads).toEqual([["a"], ["a"]]);
  });

  it("that does not exist is forgotten sooner", async () => {
    const { cache, table, clock } = cacheWith();
    expect((await cache.lookup("no-1")).kind).toBe("absent");
    clock.now = 4_999;
    expect((await cache.lookup("no-1")).kind).toBe("absent");
    expect(table.reads).toHaveLength(1);

    clock.now = 5_000;
    table.answer = batch;
    expect((await cache.lookup("no-1")).kind).toBe("found");
    expect((await cache.lookup("no-1")).kind).toBe("found");
    expect(table.reads).toHaveLength(2);
  });

  it("is gone at once when the table no longer has it", async () => {
    const { cache, table, clock } = cacheWith();
    await cache.lookup("a");
    clock.now = 30_000;
    table.answer = () => batch([]);
    expect((await cache.lookup("a")).kind).toBe("absent");

    table.answer = failing;
    clock.now = 40_000;
    expect((await cache.lookup("a")).kind).toBe("unavailable");
  });
});

describe("lookups at the same time", () => {
  it("of one id share a read", async () => {
    const { cache, table, results } = cacheWith();
    const lookups = await Promise.all(Array.from({ length: 50 }, () => cache.lookup("a")));

    expect(lookups.every((lookup) => lookup.kind === "found")).toBe(true);
    expect(table.reads).toEqual([["a"]]);
    expect(results.filter((result) => result === "shared")).toHaveLength(49);
  });

  it("of many ids are read a hundred at a time", async () => {
    const { cache, table } = cacheWith();
    await Promise.all(Array.from({ length: 250 }, (_, i) => cache.lookup(`d${i}`)));

    expect(table.reads.map((ids) => ids.length)).toEqual([100, 100, 50]);
  });
});

describe("while the registry cannot be read", () => {
  it("known devices are found for the stale time, unknown ones are not told from absent ones", async () => {
    const { cache, table, clock, results } = cacheWith();
    await cache.lookup("a");
    await cache.lookup("no-1");
    table.answer = failing;
    clock.now = 3_599_999;
    expect((await cache.lookup("a")).kind).toBe("found");
    expect(results.at(-1)).toBe("stale");
    expect((await cache.lookup("b")).kind).toBe("unavailable");
    expect((await cache.lookup("no-1")).kind).toBe("unavailable");

    clock.now = 3_600_000;
    expect((await cache.lookup("a")).kind).toBe("unavailable");
  });

  it("a failed read spares the next callers the wait for a while", async () => {
    const { cache, table, clock } = cacheWith();
    table.answer = failing;
    await cache.lookup("a");
    clock.now = 249;
    await cache.lookup("b");
    expect(table.reads).toEqual([["a"]]);

    clock.now = 250;
    table.answer = batch;
    expect((await cache.lookup("b")).kind).toBe("found");
  });

  it("what a batch left unread is unavailable, the rest is not", async () => {
    const { cache, table } = cacheWith();
    table.answer = () => batch(["a"], { unread: ["b"] });

    const [a, b, c] = await Promise.all(["a", "b", "c"].map((id) => cache.lookup(id)));

    expect([a?.kind, b?.kind, c?.kind]).toEqual(["found", "unavailable", "absent"]);
  });

  it("has been reached only after a read that worked", async () => {
    const { cache, table, clock } = cacheWith();
    table.answer = failing;
    await cache.lookup("a");
    expect(cache.reached).toBe(false);

    table.answer = batch;
    clock.now = 1_000;
    await cache.lookup("a");
    expect(cache.reached).toBe(true);
  });
});

it("an item that cannot be read is reported and not believed, not even from before", async () => {
  const { cache, table, clock, unreadable } = cacheWith();
  await cache.lookup("a");
  clock.now = 30_000;
  table.answer = () => batch([], { unreadable: [{ clientId: "a", reason: "status" }] });

  expect((await cache.lookup("a")).kind).toBe("unavailable");
  expect(unreadable).toEqual(["a"]);
});

it("made-up ids do not push out devices", async () => {
  const { cache, table, clock } = cacheWith(10);
  for (let i = 0; i < 10; i++) await cache.lookup(`d${i}`);
  for (let i = 0; i < 500; i++) await cache.lookup(`no-${i}`);
  table.reads.length = 0;
  clock.now = 1;
  for (let i = 0; i < 10; i++) expect((await cache.lookup(`d${i}`)).kind).toBe("found");

  expect(table.reads).toEqual([]);
});
