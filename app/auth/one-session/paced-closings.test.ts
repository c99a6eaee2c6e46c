import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Login } from "./login.ts";
import { PacedClosings, waitingLimit } from "./paced-closings.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const login = (n: number): Login => ({
  ...{ clientId: `pump-${n}`, serverId: "NA", connection: n, atMs: n },
});

function closings(close: (login: Login) => Promise<boolean> = async () => true) {
  const counts = { closed: 0, failed: 0, dropped: 0 };
  const asked: string[] = [];
  const paced = new PacedClosings({
    perMinute: 600,
    close: (each) => {
      asked.push(each.clientId);
      return close(each);
    },
    onClosed: () => counts.closed++,
    onFailure: () => counts.failed++,
    onDropped: () => counts.dropped++,
  });
  return { paced, counts, asked };
}

it("closes no more in a minute than it may, in their order, and all of them in the end", async () => {
  const { paced, counts, asked } = closings();
  for (let n = 0; n < 1_500; n++) paced.add(login(n));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(counts.closed).toBeLessThanOrEqual(601);
  expect(counts.closed).toBeGreaterThan(590);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(counts.closed).toBe(1_500);
  expect(asked).toEqual(Array.from({ length: 1_500 }, (_, n) => `pump-${n}`));
  expect(paced.waiting).toBe(0);
});

it("counts no session that was gone already", async () => {
  const { paced, counts } = closings(async () => false);
  paced.add(login(1));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(counts).toEqual({ closed: 0, failed: 0, dropped: 0 });
});

it("tries three times where nobody answers, then counts it", async () => {
  const { paced, counts, asked } = closings(async () => {
    throw new Error("timeout");
  });
  paced.add(login(1));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(3);
  expect(counts.failed).toBe(1);
});

it("goes on with the later session of a device when the attempt at an earlier one fails", async () => {
  const [earlier, later] = [login(1), { ...login(1), connection: 2 }];
  const tried: number[] = [];
  let fail = () => {};
  const { paced } = closings(({ connection }) => {
    tried.push(connection);
    if (tried.length > 1) return Promise.resolve(true);
    return new Promise((_, reject) => {
      fail = () => reject(new Error("timeout"));
    });
  });
  paced.add(earlier);
  paced.add(later);
  fail();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tried).toEqual([1, 2]);
});

it("has room for so many, and counts those beyond", async () => {
  const { paced, counts } = closings();
  for (let n = 0; n < waitingLimit + 10; n++) paced.add(login(n));
  // One is under way already.
  expect(counts.dropped).toBe(9);
  expect(paced.waiting).toBe(waitingLimit);
  paced.stop();
});
