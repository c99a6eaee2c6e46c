import { describe, expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { batch, cacheWith, failing, nextTurn } from "./device-cache.fixture.ts";

describe("a change of a record", () => {
  it("is read at once, found or absent", async () => {
    const { cache, table } = cacheWith();
    await cache.lookup("a");
    await cache.lookup("no-1");
    cache.invalidate("a");
    cache.invalidate("no-1");
    expect(cache.peek("a")).toBeUndefined();
    table.answer = (ids) => batch(ids.filter((id) => id !== "a"));

    expect((await cache.lookup("a")).kind).toBe("absent");
    expect((await cache.lookup("no-1")).kind).toBe("found");
  });

  it("is not undone by a read that was under way: whoever waits for that waits for another", async () => {
    const { cache, table } = cacheWith();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    const lookup = cache.lookup("a");
    await nextTurn();
    cache.invalidate("a");
    table.answer = (ids) => {
      // What the first read brings is from before the change.
      if (table.reads.length === 1) return batch(ids);
      return { ...batch([]), found: new Map([["a", deviceWith("a", "s", { status: "revoked" })]]) };
    };
    resolve();

    expect(await lookup).toMatchObject({ record: { status: "revoked" } });
    expect(table.reads).toEqual([["a"], ["a"]]);
  });

  it("is not undone by a copy of the table that does not have it yet", async () => {
    const { cache, table, clock, results } = cacheWith();
    await cache.lookup("a");
    cache.invalidate("a", 2);

    expect((await cache.lookup("a")).kind).toBe("unavailable");
    expect(results.at(-1)).toBe("outdated");
    clock.now = 30_000;
    expect((await cache.lookup("a")).kind).toBe("found");

    cache.invalidate("a", 2);
    table.answer = () => ({
      ...batch([]),
      found: new Map([["a", deviceWith("a", "s", { version: 2 })]]),
    });
    expect((await cache.lookup("a")).kind).toBe("found");
  });

  it("leaves nothing to admit the device by while the registry cannot be read", async () => {
    const { cache, table } = cacheWith();
    await cache.lookup("a");
    cache.invalidate("a");
    table.answer = failing;

    expect((await cache.lookup("a")).kind).toBe("unavailable");
  });
});
