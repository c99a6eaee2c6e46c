import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Lockout } from "./lockout.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function lockoutAfter(failures: number) {
  const begun: number[] = [];
  const lockout = new Lockout({
    times: { firstSeconds: 60, longestSeconds: 900 },
    failures,
    perSeconds: 60,
    keys: 1_000,
    onLockout: (_, seconds) => begun.push(seconds),
  });
  const fail = async (times: number, key = "a") => {
    for (let i = 0; i < times; i++) await lockout.fail(key);
  };
  return { lockout, fail, begun };
}
const minutes = (count: number) => vi.advanceTimersByTime(count * 60_000);

describe("a lock-out", () => {
  it("begins with the last failure that is put up with, for that key only", async () => {
    const { lockout, fail } = lockoutAfter(3);
    await fail(2);
    expect(await lockout.locked("a")).toBe(false);

    await fail(1);
    expect(await lockout.locked("a")).toBe(true);
    expect(await lockout.locked("b")).toBe(false);
  });

  it("does not begin when failures are far apart", async () => {
    const { lockout, fail } = lockoutAfter(3);
    for (let i = 0; i < 10; i++) {
      await fail(2);
      minutes(1);
    }

    expect(await lockout.locked("a")).toBe(false);
  });

  it("ends by itself, and is twice as long each time, up to the longest", async () => {
    const { lockout, fail, begun } = lockoutAfter(3);
    for (const length of [1, 2, 4, 8, 15, 15]) {
      await fail(3);
      vi.advanceTimersByTime(length * 60_000 - 1);
      expect(await lockout.locked("a")).toBe(true);
      vi.advanceTimersByTime(1);
      expect(await lockout.locked("a")).toBe(false);
    }
    expect(begun).toEqual([60, 120, 240, 480, 900, 900]);
  });

  it("is not prolonged by failures that were under way when it began", async () => {
    const { lockout, begun } = lockoutAfter(3);
    await Promise.all(Array.from({ length: 20 }, () => lockout.fail("a")));

    expect(begun).toEqual([60]);
    minutes(1);
    expect(await lockout.locked("a")).toBe(false);
  });

  it("is a first one again an hour after the last ended", async () => {
    const { fail, begun } = lockoutAfter(1);
    await fail(1);
    minutes(1);
    await fail(1);
    minutes(2 + 60);
    await fail(1);

    expect(begun).toEqual([60, 120, 60]);
  });

  it("and what led to it is forgotten after a success", async () => {
    const { lockout, fail, begun } = lockoutAfter(3);
    await fail(3);
    lockout.forgive("a");
    expect(await lockout.locked("a")).toBe(false);

    await fail(2);
    expect(await lockout.locked("a")).toBe(false);
    await fail(1);
    expect(begun).toEqual([60, 60]);
  });
});
