import { expect, it } from "vitest";
import { MinuteBudget } from "./minute-budget.ts";

it("has room for so many in any minute, those under way included", () => {
  let nowMs = 1_000_000;
  const budget = new MinuteBudget(3, () => nowMs);
  budget.note(nowMs);
  nowMs += 30_000;
  budget.note(nowMs);
  expect(budget.hasRoom()).toBe(true);
  expect(budget.hasRoom(1)).toBe(false);
  budget.note(nowMs);
  expect(budget.hasRoom()).toBe(false);
  nowMs += 30_000;
  expect(budget.hasRoom()).toBe(true);
  expect(budget.hasRoom(1)).toBe(false);
});

it("does not count what is told of later than a minute", () => {
  const budget = new MinuteBudget(1, () => 1_000_000);
  budget.note(1_000_000 - 60_000);
  expect(budget.hasRoom()).toBe(true);
});

it("keeps no more than it needs, however many there are", () => {
  let nowMs = 0;
  const budget = new MinuteBudget(2, () => nowMs);
  for (let n = 0; n < 100_000; n++) budget.note(++nowMs);
  expect(budget.hasRoom()).toBe(false);
  nowMs += 60_000;
  expect(budget.hasRoom()).toBe(true);
});
