import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bridgeSessionExpirySeconds } from "../contract/streams.ts";
import { StoredUnacknowledged } from "./stored-unacknowledged.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("knows an id once", () => {
  const stored = new StoredUnacknowledged();
  stored.add("a");
  expect(stored.take("b")).toBe(false);
  expect(stored.take("a")).toBe(true);
  expect(stored.take("a")).toBe(false);
});

it("forgets an id when the broker's session would have expired", () => {
  const stored = new StoredUnacknowledged();
  stored.add("a");
  stored.add("b");
  vi.advanceTimersByTime(bridgeSessionExpirySeconds * 1000);
  expect(stored.take("a")).toBe(true);
  vi.advanceTimersByTime(1);
  stored.add("c");
  expect(stored.take("b")).toBe(false);
  expect(stored.take("c")).toBe(true);
});
