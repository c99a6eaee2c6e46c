import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BoundedLimiter } from "./bounded-limiter.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("counts each key on its own, and anew when its time is over", async () => {
  const limiter = new BoundedLimiter({ seconds: 10, keys: 100 });
  await limiter.add("a");
  vi.advanceTimersByTime(9_999);
  expect(await limiter.add("a")).toBe(2);
  expect(await limiter.add("b")).toBe(1);

  vi.advanceTimersByTime(1);
  expect(await limiter.points("a")).toBe(0);
  expect(await limiter.points("b")).toBe(1);
});

it("can be told points and time, and to forget", async () => {
  const limiter = new BoundedLimiter({ seconds: 10, keys: 100 });
  await limiter.set("a", 7, 60);
  vi.advanceTimersByTime(59_999);
  expect(await limiter.points("a")).toBe(7);

  limiter.forget("a");
  expect(await limiter.points("a")).toBe(0);
});

it("holds no more than its keys and no timer besides, whoever comes: the oldest are forgotten", async () => {
  const limiter = new BoundedLimiter({ seconds: 10, keys: 100 });
  for (let i = 0; i < 5_000; i++) {
    await limiter.add(`stranger-${i}`);
    await limiter.add("busy");
  }

  expect(limiter.size).toBe(100);
  expect(vi.getTimerCount()).toBe(100);
  expect(await limiter.points("busy")).toBe(5_000);
  expect(await limiter.points("stranger-0")).toBe(0);
  expect(await limiter.points("stranger-4999")).toBe(1);
});
