import { expect, it } from "vitest";
import { Turns } from "./turns.ts";

it("runs so many side by side, in the order in which they came, and all of them", async () => {
  const turns = new Turns(() => 3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  for (let n = 0; n < 3_000; n++) {
    turns.push(() => {
      begun.push(n);
      return new Promise((resolve) => ends.push(resolve));
    });
  }
  expect(begun).toEqual([0, 1, 2]);
  expect(turns.waiting).toBe(2_997);
  while (ends.length > 0) {
    expect(turns.running).toBe(Math.min(3, ends.length));
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  expect(begun).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  expect(turns.running + turns.waiting).toBe(0);
});
