import { expect, it } from "vitest";
import { type CutOff, isInForce, nextCutOff, parseCutOff, parseCutOffRequest } from "./cut-off.ts";

const times = { firstSeconds: 60, longestSeconds: 21_600 };
const limit = "messages" as const;

it("lasts twice as long each time, up to the longest", () => {
  const lengths: number[] = [];
  let last: CutOff | undefined;
  for (let i = 0; i < 12; i++) {
    last = nextCutOff(last, { limit, nowMs: 1_000 }, times);
    lengths.push((last.untilMs - last.sinceMs) / 1000);
  }
  expect(lengths.slice(0, 4)).toEqual([60, 120, 240, 480]);
  expect(lengths.at(-1)).toBe(21_600);
  expect(last?.count).toBe(12);
});

it("is in force until its end", () => {
  const cutOff = nextCutOff(undefined, { limit, nowMs: 1_000 }, times);
  expect(isInForce(cutOff, 60_999)).toBe(true);
  expect(isInForce(cutOff, 61_000)).toBe(false);
});

it("is read again as it was written, and nothing else is", () => {
  const cutOff = nextCutOff(undefined, { limit, nowMs: 1_000.25 }, times);
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
  expect(parseCutOff(bytes(cutOff))).toEqual(cutOff);
  for (const wrong of [{}, { ...cutOff, limit: "other" }, { error: "no" }, null]) {
    expect(parseCutOff(bytes(wrong))).toBeUndefined();
  }
  expect(parseCutOff(Buffer.from("{"))).toBeUndefined();
  expect(parseCutOffRequest(bytes({ clientId: "a", limit }))).toEqual({ clientId: "a", limit });
  expect(parseCutOffRequest(bytes({ clientId: "a", limit: "x" }))).toBeUndefined();
});
