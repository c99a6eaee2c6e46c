import { describe, expect, it } from "vitest";
import { cacheWith, nextTurn } from "./device-cache.fixture.ts";

describe("while many ask", () => {
  it("few batches are under way, and what waits makes the next ones full", async () => {
    const { cache, table } = cacheWith();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    const lookups: Promise<unknown>[] = [];
    for (let i = 0; i < 240; i++) {
      lookups.push(cache.lookup(`d${i}`));
      await nextTurn();
    }
    expect(table.reads.map((ids) => ids.length)).toEqual([1, 1, 1, 1]);

    resolve();
    await Promise.all(lookups);
    expect(table.reads.slice(4).map((ids) => ids.length)).toEqual([100, 100, 36]);
  });

  it("devices that were seen before do not wait behind made-up ids", async () => {
    const { cache, table, clock } = cacheWith();
    await cache.lookup("known");
    clock.now = 30_000;
    const { promise, resolve } = Promise.withResolvers<void>();
    table.held = promise;
    table.reads.length = 0;
    const lookups = Array.from({ length: 900 }, (_, i) => cache.lookup(`no-${i}`));
    await nextTurn();
    lookups.push(cache.lookup("known"));
    await nextTurn();
    expect(table.reads.flat()).not.toContain("known");

    resolve();
    await Promise.all(lookups);
    expect(table.reads[4]?.[0]).toBe("known");
  });
});
