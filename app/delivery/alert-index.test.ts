import { expect, it } from "vitest";
import { AlertIndex, ownerOf } from "./alert-index.ts";

const subjectOf = (n: number) => `clients.pump-${n}.alerts`;
/** Of 500 devices in turn, stored a second apart. */
const alert = (sequence: number) => ({
  ...{ sequence, subject: subjectOf(sequence % 500), storedAt: sequence * 1_000 },
});
const range = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => alert(from + i));

/** As it is after a start: what comes is noted at the upper end, and what was there before at the lower one. */
function grown({ from, middle, until }: Record<"from" | "middle" | "until", number>): AlertIndex {
  const index = new AlertIndex(middle);
  index.note(range(middle, until));
  index.reach({ until });
  for (let at = middle; at > from; ) {
    const next = Math.max(from, at - 30_000);
    index.note(range(next, at));
    index.reach({ from: next });
    at = next;
  }
  return index;
}

it("names every alert of a device, in order, wherever it was noted", () => {
  const index = grown({ from: 1_000, middle: 150_000, until: 200_000 });
  const all = index.find(subjectOf(7), 0, 1_000);
  expect(all).toEqual(Array.from({ length: 398 }, (_, i) => 1_007 + 500 * i));
  expect(index.find(subjectOf(7), 150_008, 3)).toEqual([150_507, 151_007, 151_507]);
  expect(index.find("clients.valve-1.alerts", 0, 10)).toEqual([]);
});

it("tells nothing of what it does not reach", () => {
  const index = new AlertIndex(100);
  index.note(range(50, 150));
  expect(index.find(subjectOf(70), 0, 10)).toEqual([]);
  index.reach({ until: 150 });
  expect(index.find(subjectOf(70), 0, 10)).toEqual([]);
  index.reach({ from: 50 });
  expect(index.find(subjectOf(70), 0, 10)).toEqual([70]);
});

it("begins not later than with the first alert of a time, even when clocks went back", () => {
  const index = grown({ from: 1_000, middle: 150_000, until: 200_000 });
  for (const sequence of [3_000, 70_000, 150_000, 199_999]) {
    const at = index.sequenceAt(sequence * 1_000);
    expect(at).toBeLessThanOrEqual(sequence);
    expect(at).toBeGreaterThan(sequence - 1_024);
  }
  expect(index.sequenceAt(200_000_000)).toBe(200_000);
  // What was stored then may be further back.
  expect(index.sequenceAt(1_000_000)).toBe(0);
  expect(new AlertIndex(100).sequenceAt(1)).toBe(0);
  // By a leader whose clock is behind.
  index.note([{ ...alert(200_000), storedAt: 1 }]);
  index.reach({ until: 200_001 });
  expect(index.sequenceAt(199_999_000)).toBeLessThanOrEqual(199_999);
});

it("overlooks no hole below what it reaches while a step back is noted from its bottom up", () => {
  const index = grown({ from: 217_088, middle: 217_088, until: 230_000 });
  index.note(range(207_088, 209_088));
  for (const sequence of [208_000, 214_088, 217_000]) {
    expect(index.sequenceAt(sequence * 1_000)).toBe(0);
  }
  // Not at the border of a group either, of which some is noted on both sides.
  const ragged = grown({ from: 217_500, middle: 217_500, until: 230_000 });
  ragged.note(range(207_500, 217_300));
  expect(ragged.sequenceAt(217_400_000)).toBe(0);
  ragged.note(range(217_300, 217_500));
  ragged.reach({ from: 207_500 });
  expect(ragged.sequenceAt(217_400_000)).toBe(217_088);
});

it("forgets what is no longer kept", () => {
  const index = grown({ from: 1, middle: 1, until: 200_000 });
  index.drop(140_000);
  expect([index.from, index.find(subjectOf(7), 0, 1)]).toEqual([140_000, [140_007]]);
  index.drop(300_000);
  expect([index.from, index.until]).toEqual([300_000, 300_000]);
});

it("gives hardly two devices the same hash", () => {
  const owners = new Set(Array.from({ length: 100_000 }, (_, n) => ownerOf(subjectOf(n))));
  expect(owners.size).toBeGreaterThan(99_990);
});
