import { expect, it } from "vitest";
import { nowMs } from "../contract/headers.ts";
import { ReadingTurns } from "./reading-turns.ts";

it("has what was stored long ago read for one device at a time, in nobody else's way", () => {
  const turns = new ReadingTurns();
  const begun: string[] = [];
  const read = (name: string, ageMs: number) =>
    void turns.run(nowMs() - ageMs, () => {
      begun.push(name);
      return new Promise(() => {});
    });
  for (const name of ["long 1", "long 2", "long 3"]) read(name, 3_600_000);
  for (const name of ["soon 1", "soon 2", "soon 3"]) read(name, 60_000);
  expect(begun).toEqual(["long 1", "soon 1", "soon 2", "soon 3"]);
  expect(turns.waiting).toBe(2);
});
