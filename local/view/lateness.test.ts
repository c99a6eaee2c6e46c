import { expect, it } from "vitest";
import type { ProcessorShares } from "../processor-watch.ts";
import { lateness } from "./lateness.ts";

const calm: ProcessorShares = {
  ...{ region: 0.4, load: 0.1, others: 0.02, steal: 0.01, idle: 0.47 },
  ...{ queue: 1.5, regionSeconds: 24 },
};

it.each([undefined, 4, 50])("says nothing of a P99 of %s ms", (p99) => {
  expect(lateness(p99, calm)).toBeUndefined();
});

it.each([
  ["other programs", { ...calm, others: 0.3, idle: 0.19 }, "the machine was slow"],
  ["its host", { ...calm, steal: 0.2, idle: 0.28 }, "its host took 20 %"],
  ["the load itself", { ...calm, region: 0.7, load: 0.22, idle: 0.05 }, "the machine was full"],
  ["the product", calm, "the product was slow: the machine had 47 %"],
])("says that it was %s", (_, shares, said) => {
  expect(lateness(50.1, shares)).toContain(said);
});
