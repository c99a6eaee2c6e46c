import { expect, it } from "vitest";
import { type Bar, parseLiftRequest, parseStoredBar } from "./bar.ts";
import { barView } from "./bar-view.ts";

const bar: Bar = {
  ...{ id: "b1", clientId: "pump-1", region: "us-east", mode: "enforce", incident: "m1-1" },
  ...{ risk: 240.4, sinceMs: 1_000, untilMs: 61_000 },
};
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

it("is read again as it was stored, under its own subject alone", () => {
  const lifted = { ...bar, lifted: { by: "ann", reason: "a drill", atMs: 2_000 } };
  expect(parseStoredBar("registry.bars.pump-1", bytes(lifted))).toEqual(lifted);
  expect(parseStoredBar("registry.bars.pump-2", bytes(bar))).toBeUndefined();
  expect(parseStoredBar("registry.observed.pump-1", bytes(bar))).toBeUndefined();
  const observed = { ...bar, mode: "observe" };
  expect(parseStoredBar("registry.observed.pump-1", bytes(observed))).toEqual(observed);
  expect(parseStoredBar("registry.bars.pump-1", Buffer.from("forged"))).toBeUndefined();
});

it("is lifted for a reason only", () => {
  const lift = { clientId: "pump-1", actor: "ann", reason: "a drill" };
  expect(parseLiftRequest(bytes(lift))).toEqual(lift);
  for (const wrong of [{ ...lift, reason: "" }, { ...lift, clientId: "a.b" }, {}]) {
    expect(parseLiftRequest(bytes(wrong))).toBeUndefined();
  }
});

it("is shown with what it is now", () => {
  const lifted = { by: "ann", reason: "a drill", atMs: 2_000 };
  expect(barView(bar, 2_000)).toMatchObject({ state: "in-force", risk: 240 });
  expect(barView(bar, 61_000)).toMatchObject({ state: "over", until: "1970-01-01T00:01:01.000Z" });
  expect(barView({ ...bar, lifted }, 2_000)).toMatchObject({
    state: "lifted",
    lifted: { by: "ann", at: "1970-01-01T00:00:02.000Z" },
  });
});
