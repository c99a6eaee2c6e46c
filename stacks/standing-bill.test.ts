import { expect, it } from "vitest";
import { billIn } from "./standing-bill.ts";

const stack = (outputs: object) => ({ "urn:0": { type: "pulumi:pulumi:Stack", outputs } });

it("knows what the stack said of its cost", () => {
  const bill = { total: 12, items: { nodes: 12 } };
  expect(billIn({ ...stack({ monthlyCostUsd: bill }), "urn:1": { type: "a", outputs: {} } })).toBe(
    bill,
  );
});

it("knows nothing of a stack that is new, or that a version before brought up", () => {
  expect(billIn({})).toBeUndefined();
  expect(billIn(stack({ devices: "mqtts://" }))).toBeUndefined();
  expect(billIn(stack({ monthlyCostUsd: 12 }))).toBeUndefined();
});
