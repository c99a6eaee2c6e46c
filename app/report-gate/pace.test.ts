import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

const after = (latencyMs: number, answers: number, pace = new Pace()) => {
  for (let n = 0; n < answers; n++) pace.stored(latencyMs);
  return pace.window;
};

it("sends more at a time while the stream answers soon, up to a bound", () => {
  expect(after(3, 100)).toBeGreaterThan(after(3, 0));
  expect(after(3, 100_000)).toBe(64);
});

it("gives way while it answers late, and never stops", () => {
  expect(after(100, 100)).toBe(2);
});

it("settles where the answer takes its target of time", () => {
  const pace = new Pace();
  // A stream that does one at a time, in 5 ms.
  for (let n = 0; n < 10_000; n++) pace.stored(5 * pace.window);
  expect(pace.window).toBeCloseTo(5, 0);
});

it("halves when an attempt fails", () => {
  const pace = new Pace();
  after(3, 100_000, pace);
  pace.failed();
  expect(pace.window).toBe(32);
});
