import { expect, it } from "vitest";
import { ReadingTurns } from "./reading-turns.ts";

it("has one device wait for what the index does not reach yet, in nobody else's way", () => {
  const turns = new ReadingTurns();
  const begun: string[] = [];
  const read = (name: string, atHand: boolean) =>
    void turns.run(atHand, () => {
      begun.push(name);
      return new Promise(() => {});
    });
  for (const name of ["later 1", "later 2", "later 3"]) read(name, false);
  for (const name of ["soon 1", "soon 2", "soon 3"]) read(name, true);
  expect(begun).toEqual(["later 1", "soon 1", "soon 2", "soon 3"]);
  expect(turns.waiting).toBe(2);
});
