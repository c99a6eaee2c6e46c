import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { KnownFloods, uncountedMs } from "./known-floods.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("knows a device for a moment, and has it counted again after that", () => {
  const floods = new KnownFloods();
  floods.add("a");
  expect([floods.has("a"), floods.has("b")]).toEqual([true, false]);
  vi.advanceTimersByTime(uncountedMs);
  expect(floods.has("a")).toBe(false);
  floods.stop();
  expect(vi.getTimerCount()).toBe(0);
});
