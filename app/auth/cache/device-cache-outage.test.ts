import { describe, expect, it, vi } from "vitest";
import { batch, cacheWith, failing, nextTurn } from "./device-cache.fixture.ts";

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

  it("it is tried again by one read, and only those behind it wait", async () => {
    const { cache, table, clock } = cacheWith();
    await Promise.all(Array.from({ length: 300 }, (_, i) => cache.lookup(`d${i}`)));
    table.answer = failing;
    clock.now = 30_000;
    await cache.lookup("d0");
    clock.now = 30_250;
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    table.reads.length = 0;
    const tries = cache.lookup("d1");
    await nextTurn();

    expect((await cache.lookup("d2")).kind).toBe("found");
    expect((await cache.lookup("new")).kind).toBe("unavailable");
    resolve();
    expect((await tries).kind).toBe("found");
    expect(table.reads).toEqual([["d1"]]);
  });

  it("a known device waits for an answer for a while only", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { cache, table, clock, results } = cacheWith();
    await cache.lookup("a");
    clock.now = 30_000;
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    table.answer = () => batch([]);
    const lookup = cache.lookup("a");
    const shared = cache.lookup("a");
    await nextTurn();
    vi.advanceTimersByTime(300);

    expect((await lookup).kind).toBe("found");
    expect((await shared).kind).toBe("found");
    expect(results.slice(-3)).toEqual(["miss", "shared", "stale"]);

    // What comes in the end counts for those who ask then.
    resolve();
    await nextTurn();
    expect((await cache.lookup("a")).kind).toBe("absent");
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("those who wait for their turn are answered with the first that fails", async () => {
    const { cache, table } = cacheWith();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    table.answer = failing;
    const lookups = Array.from({ length: 1_000 }, (_, i) => cache.lookup(`d${i}`));
    await nextTurn();
    resolve();

    expect(new Set((await Promise.all(lookups)).map((lookup) => lookup.kind))).toEqual(
      new Set(["unavailable"]),
    );
    expect(table.reads).toHaveLength(4);
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
