import { afterEach, expect, it, vi } from "vitest";
import { nowMs, wallMs } from "./headers.ts";

afterEach(() => vi.restoreAllMocks());

it("is the finer time while the clocks agree", () => {
  const ms = nowMs();
  expect(wallMs(ms)).toBe(ms);
});

it.each([-360_000, 360_000])("follows the machine's clock after a step of %d ms", (stepMs) => {
  const ms = nowMs();
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + stepMs);
  expect(Math.abs(wallMs(ms) - (ms + stepMs))).toBeLessThan(1_000);
});
