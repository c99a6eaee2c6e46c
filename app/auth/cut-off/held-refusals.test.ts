import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authTimeoutMs } from "../../contract/limits.ts";
import { HeldRefusals, heldMs } from "./held-refusals.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("lets a device wait, but never for as long as its server does", async () => {
  expect(heldMs).toBeLessThan(authTimeoutMs);
  const refusals = new HeldRefusals();
  const waiting = refusals.wait();
  await vi.advanceTimersByTimeAsync(heldMs - 1);
  expect(refusals.held).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(refusals.held).toBe(0);
});

it("lets nobody wait beyond those that it has room for", async () => {
  const refusals = new HeldRefusals(1);
  const first = refusals.wait();
  await refusals.wait();
  expect(refusals.held).toBe(1);
  await vi.advanceTimersByTimeAsync(heldMs);
  await first;
});
