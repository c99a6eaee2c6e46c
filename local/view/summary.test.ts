import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import type { LoadResult } from "../load/load.ts";
import type { StageFigures } from "./stage-figures.ts";
import { summarise, summaryTable } from "./summary.ts";

const latency = { count: 100, p50: 5, p99: 20, p999: 30, max: 40 };
const good: LoadResult = {
  publisher: { sent: 100, acknowledged: 100, failed: 0 },
  fleet: {
    ...{ connected: 10, subscribed: 10, refused: 0, reports: 10, attacks: 2, earlier: 0 },
    ...{ delivered: 100, duplicated: 0, outOfOrder: 0, misdelivered: 0 },
    ...{ recent: latency, latency, byRun: {} },
  },
  lost: 0,
};
const stages: StageFigures = {
  ...{ bridgeReceived: 200, bridgeStored: 100, bridgeP50: 1, bridgeP99: 2, deadLettered: 0 },
  inspected: { allow: 106, tag: 2, quarantine: 1, deny: 1 },
  ...{ inspectorP50: 1, inspectorP99: 2, admitted: 10, refused: 0, authP50: 1, authP99: 2 },
};
const processors = {
  ...{ region: 0.4, load: 0.1, others: 0, steal: 0, idle: 0.5 },
  ...{ queue: 1, regionSeconds: 0.25 },
};
const summaryOf = (result: LoadResult, figures = stages) =>
  summarise({ seconds: 1, devices: 10, warmUpSeconds: 5, processors, result, stages: figures });
const judge = (result: LoadResult, figures = stages) => summaryOf(result, figures).failures;

it("finds nothing wrong with a good run", () => {
  expect(judge(good)).toEqual([]);
});

it.each([
  ["a lost alert", { ...good, lost: 1 }, "1 alerts were lost"],
  ["nothing published", { ...good, publisher: { sent: 0, acknowledged: 0, failed: 0 } }, "nothing"],
  ["a misdelivery", { ...good, fleet: { ...good.fleet, misdelivered: 1 } }, "misdelivered"],
  ["a wrong order", { ...good, fleet: { ...good.fleet, outOfOrder: 1 } }, "out of order"],
])("fails a run with %s", (_name, result, failure) => {
  expect(judge(result)).toEqual([expect.stringContaining(failure)]);
});

it("fails a run in which attacks got through", () => {
  const figures = { ...stages, inspected: { allow: 109, tag: 1, quarantine: 0, deny: 0 } };
  expect(judge(good, figures)).toEqual(["2 attacks of 2 got through"]);
});

it("tells of a slow delivery without failing the run", () => {
  const slow = { ...good, fleet: { ...good.fleet, latency: { ...latency, p99: 50.1 } } };
  expect(summaryOf(slow)).toMatchObject({
    failures: [],
    late: expect.stringContaining("delivery P99 is 50.1 ms"),
  });
});

it("tells apart what devices were sent again of an earlier run, where there is any", () => {
  const table = (earlier: number) =>
    stripVTControlCharacters(
      summaryTable(summaryOf({ ...good, fleet: { ...good.fleet, earlier } }), stages),
    );
  expect(table(0)).not.toContain("earlier run");
  expect(table(37)).toMatch(/of an earlier run\s+│\s+37/);
});

it("counts the processor time of the alerts that were measured", () => {
  expect(summaryOf(good).processorMsPerAlert).toBe(2.5);
});
