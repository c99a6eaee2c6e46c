import { expect, it } from "vitest";
import { clocksOf, medianClocks, medianOf } from "./clocks.ts";

it("counts from connecting and from the subscription, of those that got everything", () => {
  const { fromConnecting, fromSubscription } = clocksOf([
    { begunMs: 1_000, subscribedMs: 1_300, completeMs: 1_500 },
    { begunMs: 1_000, subscribedMs: 1_900, completeMs: 2_000 },
    { begunMs: 1_000, subscribedMs: 1_100 },
    { begunMs: 1_000 },
  ]);
  expect(fromConnecting.count).toBe(2);
  expect(fromConnecting.max).toBeCloseTo(1_000, -1);
  expect(fromSubscription.count).toBe(2);
  expect(fromSubscription.max).toBeCloseTo(200, 0);
});

it("takes the middle one of several runs, however they are ordered, and none where one is absent", () => {
  expect(medianOf([900, 80, 100])).toBe(100);
  expect(medianOf([7])).toBe(7);
  expect(medianOf([1, undefined, 3])).toBeUndefined();
  expect(medianOf([])).toBeUndefined();
});

it("takes the median of each figure by itself", () => {
  const rounds = [200, 400, 300].map((took) =>
    clocksOf([{ begunMs: 0, subscribedMs: took / 2, completeMs: took }]),
  );
  const { fromConnecting, fromSubscription } = medianClocks(rounds);
  expect(fromConnecting.max).toBeCloseTo(300, 0);
  expect(fromSubscription.p50).toBeCloseTo(150, 0);
});
