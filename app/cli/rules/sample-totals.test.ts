import { expect, it } from "vitest";
import { aligned, SampleTotals } from "./sample-totals.ts";

it("counts labels beyond the first thousand together, so that none is missing from the sum", () => {
  const totals = new SampleTotals();
  for (let n = 0; n < 130_000; n++) totals.add(`device-${n}`, "allow", []);
  const lines = totals.lines();
  expect(lines).toHaveLength(1 + 1_000 + 1 + 1);
  expect(lines.find((line) => line.startsWith("other"))).toMatch(/^other +129000 /);
  expect(lines.at(-1)).toMatch(/^all +130000 /);
});

it("aligns any number of rows", () => {
  const rows = Array.from({ length: 130_000 }, (_, n) => [String(n), "x"]);
  expect(aligned(rows)[0]).toBe("0       x");
});
