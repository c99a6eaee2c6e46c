import { expect, it } from "vitest";
import { pollPauseMs } from "./poll-pause.ts";

it("asks fifty times a second while something comes, and ten times when nothing has for long", () => {
  expect([0, 2_000, 5_000, 10_000, 3_600_000].map(pollPauseMs)).toEqual([20, 20, 50, 100, 100]);
});
