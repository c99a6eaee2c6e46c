import { expect, it } from "vitest";
import { sessionEnd } from "./session-end.ts";

it("is the length of a session from now, give or take a tenth", () => {
  const nowMs = 1_800_000_000_000;

  expect(sessionEnd(nowMs, 43_200, 0)).toBe(1_800_000_000 + 38_880);
  expect(sessionEnd(nowMs, 43_200, 0.5)).toBe(1_800_000_000 + 43_200);
  expect(sessionEnd(nowMs, 43_200, 1)).toBe(1_800_000_000 + 47_520);
});
