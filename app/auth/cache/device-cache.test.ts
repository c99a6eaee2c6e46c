import { describe, expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { batch, cacheWith, failing } from "./device-cache.fixture.ts";
import { recordBytes } from "./record-bytes.ts";

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

it("an item that cannot be read is reported and not believed, not even from before", async () => {
  const { cache, table, clock, unreadable } = cacheWith();
  await cache.lookup("a");
  clock.now = 30_000;
  table.answer = () => batch([], { unreadable: [{ clientId: "a", reason: "status" }] });

  expect((await cache.lookup("a")).kind).toBe("damaged");
  expect(unreadable).toEqual(["a"]);
});

it("keeps no more records than fit, larger ones fewer, those used last", async () => {
  const { cache, table } = cacheWith(10);
  const labels = Array.from({ length: 16 }, (_, i) => "x".repeat(60) + i);
  table.answer = (ids) => ({
    ...batch([]),
    found: new Map(ids.map((id) => [id, deviceWith(id, "s", { labels })])),
  });
  for (let i = 0; i < 100; i++) await cache.lookup(`d${i}`);

  const kept = Array.from({ length: 100 }, (_, i) => `d${i}`).filter((id) => cache.knows(id));
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.length).toBeLessThan(5);
  expect(kept.at(-1)).toBe("d99");
  expect(cache.bytes).toBeLessThanOrEqual(10 * recordBytes(deviceWith("d0", "s")));
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
