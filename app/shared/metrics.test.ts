import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { parseMetrics, total } from "./process-metrics.ts";

it("does not wake the process a hundred times a second to see how late its event loop is", async () => {
  const registry = createMetrics("test", "test-1");
  // What Node calls the delay is the time from one look to the next, and not a number before the second.
  let seconds = Number.NaN;
  for (const deadline = Date.now() + 60_000; !(seconds > 0) && Date.now() < deadline; ) {
    await delay(1_000);
    seconds = total(parseMetrics(await registry.metrics()), "nodejs_eventloop_lag_mean_seconds");
  }
  expect(seconds).toBeGreaterThan(0.05);
}, 90_000);
