import { expect, it } from "vitest";
import { idleCursor, keepUsefulSamples, mayBeIdle, settledSequence } from "./idle-cursor.ts";

const samples = [
  { atMs: 0, lastSequence: 100 },
  { atMs: 5_000, lastSequence: 150 },
  { atMs: 10_000, lastSequence: 190 },
];

it("trusts the newest sample that is 30 s old, and none before", () => {
  expect(settledSequence(samples, 29_999)).toBeUndefined();
  expect(settledSequence(samples, 30_000)).toBe(100);
  expect(settledSequence(samples, 39_999)).toBe(150);
  expect(settledSequence(samples, 99_000)).toBe(190);
});

it("forgets samples that a trusted newer one replaces, and keeps those that will be trusted", () => {
  expect(keepUsefulSamples(samples, 20_000)).toEqual(samples);
  expect(keepUsefulSamples(samples, 35_000)).toEqual(samples.slice(1));
  expect(keepUsefulSamples(samples, 99_000)).toEqual(samples.slice(2));
});

it("looks only when nothing is in flight and the cursor is behind", () => {
  expect(mayBeIdle({ cursor: 50, inFlight: 0 }, 100)).toBe(true);
  expect(mayBeIdle({ cursor: 50, inFlight: 1 }, 100)).toBe(false);
  expect(mayBeIdle({ cursor: 100, inFlight: 0 }, 100)).toBe(false);
  expect(mayBeIdle({ cursor: 50, inFlight: 0 }, undefined)).toBe(false);
});

it("moves to the trusted sequence unless the partition holds a message at or below it", () => {
  expect(idleCursor(100, undefined)).toBe(100);
  expect(idleCursor(100, 101)).toBe(100);
  expect(idleCursor(100, 100)).toBeUndefined();
  expect(idleCursor(100, 51)).toBeUndefined();
});
