import { expect, it } from "vitest";
import { SeenEntry } from "./seen-entry.ts";

const at = (revision: number, storedAt: number) => ({ revision, storedAt });

it("is there since it was seen first, whatever an older copy gives in between", () => {
  const seen = new SeenEntry(4_000);
  expect(seen.look(at(7, 700), 1)).toBe(true);
  expect(seen.look(at(8, 800), 2)).toBe(true);
  expect(seen.look(at(7, 700), 3)).toBe(false);
  expect(seen.look(at(8, 800), 4)).toBe(true);
  // A copy that has nothing yet.
  expect(seen.look(at(0, 0), 5)).toBe(false);
  expect(seen.sinceMs).toBe(2);
});

it("is another one in a stream that was made anew, although its revision is lower", () => {
  const seen = new SeenEntry(4_000);
  seen.look(at(700, 700), 1);
  expect(seen.look(at(1, 900), 2)).toBe(true);
  expect(seen.sinceMs).toBe(2);
});

it("is newer with a higher revision, whatever the clocks of the servers say", () => {
  const seen = new SeenEntry(4_000);
  seen.look(at(7, 700), 1);
  expect(seen.look(at(8, 690), 2)).toBe(true);
  expect(seen.sinceMs).toBe(2);
});

it("is an older one, or none, when nothing else is given any more", () => {
  const seen = new SeenEntry(4_000);
  seen.look(at(700, 700), 1);
  expect(seen.look(at(0, 0), 2)).toBe(false);
  expect(seen.look(at(0, 0), 4_000)).toBe(false);
  expect(seen.look(at(0, 0), 4_001)).toBe(true);
  expect(seen.sinceMs).toBe(4_001);
});
