import { expect, it } from "vitest";
import { sessionEnd } from "./session-end.ts";

const nowMs = 1_800_000_000_000;
const length = { sessionSeconds: 43_200 };

it("is the length of a session from now, give or take a tenth", () => {
  expect(sessionEnd(nowMs, 0, length)).toBe(1_800_000_000 + 38_880);
  expect(sessionEnd(nowMs, 0.5, length)).toBe(1_800_000_000 + 43_200);
  expect(sessionEnd(nowMs, 1, length)).toBe(1_800_000_000 + 47_520);
});

it("is the end of the certificate where that comes first", () => {
  const endsIn = (ms: number) => sessionEnd(nowMs, 0.5, { ...length, endsAt: nowMs + ms });

  expect(endsIn(60_999)).toBe(1_800_000_060);
  expect(endsIn(43_201_000)).toBe(1_800_043_200);
});
