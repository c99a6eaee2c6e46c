import { expect, it } from "vitest";
import { billDifference, billOf } from "./bill.ts";

const before = billOf([
  { item: "nodes", usd: 1000.4 },
  { item: "volumes", usd: 200.4 },
  { item: "logs", usd: 30 },
]);

it("rounds what is shown, and the sum only once", () => {
  expect(before).toEqual({ total: 1231, items: { nodes: 1000, volumes: 200, logs: 30 } });
});

it("says what a change costs, and the items that make it, the largest first", () => {
  const after = billOf([
    { item: "nodes", usd: 2500 },
    { item: "volumes", usd: 150 },
    { item: "logs", usd: 30 },
    { item: "archive", usd: 60 },
  ]);
  expect(billDifference(before, after)).toBe(
    "2,740 USD a month by list prices, +1,509 against what stands: nodes +1,500, archive +60, volumes −50",
  );
  expect(billDifference(after, before)).toMatch(/^1,231 USD .*, −1,509 against .*archive −60/);
});

it("says that nothing changes, and only the sum where nothing stands", () => {
  expect(billDifference(before, before)).toBe("1,231 USD a month by list prices, as it stands");
  expect(billDifference(undefined, before)).toBe("1,231 USD a month by list prices");
});
