import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startedProcesses, startOrder } from "../../stacks/start-order.ts";
import { type EmptyRegion, startEmptyRegion } from "../support/first-stand-up.ts";

/** Longer than an audit record of auth's may wait before it admits nobody and is not ready. */
const tableAfterMs = 7_000;

let region: EmptyRegion;
beforeAll(async () => {
  region = await startEmptyRegion();
});
afterAll(() => region.stop());

it("comes up in the stacks' order, also when the device table is slow to be reached", async () => {
  const ready = new Map<string, Promise<void>>();
  const started = startedProcesses.filter((process) => process !== "archive" || region.archived);
  for (const process of started) {
    const needed = startOrder[process].map((other) => ready.get(other));
    const up = Promise.all(needed).then(() => region.standUp(process));
    // Awaited below, in turn: one that fails earlier must not count as unhandled.
    up.catch(() => {});
    ready.set(process, up);
  }
  await delay(tableAfterMs);
  await region.openTable();
  for (const [process, up] of ready) await expect(up, process).resolves.toBeUndefined();
}, 180_000);
