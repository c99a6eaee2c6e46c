import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { ProcessorWatch, sharesBetween } from "./processor-watch.ts";

it("attributes each second of the processors to one", () => {
  const from = { machine: { all: 100, idle: 50, steal: 1 }, region: 10, load: 5 };
  const to = { machine: { all: 200, idle: 80, steal: 11 }, region: 40, load: 15 };
  const { region, load, others, steal, idle, regionSeconds } = sharesBetween(from, to, 2);
  expect({ region, load, steal, idle, regionSeconds }).toEqual({
    ...{ region: 0.3, load: 0.1, steal: 0.1, idle: 0.3, regionSeconds: 30 },
  });
  expect(others).toBeCloseTo(0.2);
});

it("sees what a process uses, and asks no process that has ended", async () => {
  const child = spawn(process.execPath, ["-e", "for (;;);"]);
  const watch = new ProcessorWatch({ region: () => [child.pid ?? 0, 4_194_305], load: () => [] });
  watch.begin();
  await vi.waitFor(() => expect(watch.shares().regionSeconds).toBeGreaterThan(0.2), {
    timeout: 60_000,
  });
  expect(watch.shares().region).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(watch.shares().region).toBe(0);
  watch.stop();
});
