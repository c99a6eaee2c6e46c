import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type SilentLinesRequest, silentLinesAtOnce } from "../contract/silent-lines.ts";
import { createLog } from "../shared/log.ts";
import { LineWatch, lookEveryMs } from "./line-watch.ts";
import { createReportGateMetrics } from "./report-gate-metrics.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ peer: `10.0.0.1:${n + 1}`, silentMs: 9_000 - n }));

async function watch(look: () => Promise<ReturnType<typeof lines>>, answer = '{"closed":1}') {
  const asked: SilentLinesRequest[] = [];
  const metrics = createReportGateMetrics(new Registry());
  const watching = new LineWatch({
    look,
    ask: async (request) => {
      asked.push(request);
      return Buffer.from(answer);
    },
    serverId: () => "NA",
    everyMs: 1_000,
    ...{ metrics, log: createLog("test", "silent") },
  });
  await vi.advanceTimersByTimeAsync(2_500);
  watching.stop();
  const value = async (metric: typeof metrics.silentLines | typeof metrics.silentFailures) =>
    (await metric.get()).values[0]?.value ?? 0;
  const failures = await value(metrics.silentFailures);
  return { asked, failures, silent: await value(metrics.silentLines) };
}

it("has the longest silences ended first, so many at a look, and shows how many there are", async () => {
  const { asked, silent, failures } = await watch(async () => lines(1_000));
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual({ serverId: "NA", lines: lines(silentLinesAtOnce) });
  expect([silent, failures]).toEqual([1_000, 0]);
});

it("asks nobody when there are none", async () => {
  expect(await watch(async () => [])).toEqual({ asked: [], failures: 0, silent: 0 });
});

it("counts when it cannot look, and when nobody ends them", async () => {
  const unseen = await watch(() => Promise.reject(new Error("no such program")));
  expect(unseen).toMatchObject({ asked: [], failures: 2 });
  const refused = await watch(async () => lines(1), '{"error":"too many requests at once"}');
  expect(refused).toMatchObject({ failures: 2, silent: 1 });
});

it.each([
  [510, 120_000],
  [60, 15_000],
  [1, 500],
])("a silence of %i s is looked for every %i ms", (seconds, everyMs) => {
  expect(lookEveryMs(seconds * 1_000)).toBe(everyMs);
});
