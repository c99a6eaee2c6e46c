import { expect, it } from "vitest";
import { mirrorTrouble, silenceLimitMs } from "./mirror-state.ts";

const heard = (ms: number) => ({ lag: 0, active: ms * 1e6 });

it("sees no trouble while heartbeats come, whatever the lag", () => {
  expect(mirrorTrouble({ lag: 1_000, active: 1e9 })).toBeUndefined();
  expect(mirrorTrouble(heard(silenceLimitMs))).toBeUndefined();
});

it.each([
  [heard(silenceLimitMs + 1_000), "nothing was heard from its origin for 11 s"],
  [{ lag: 0, active: -1 }, "nothing was heard from its origin yet"],
  [{ ...heard(1), error: { description: "stalled on flow control" } }, "stalled on flow control"],
  [undefined, "it is not a mirror"],
])("says of %j what is wrong", (origin, trouble) => {
  expect(mirrorTrouble(origin)).toBe(trouble);
});
