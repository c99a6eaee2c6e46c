import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "../shared/log.ts";
import { CatchUps } from "./catch-ups.ts";
import { createDeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import type { LastSeen } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import { ReadingTurns } from "./reading-turns.ts";

const session = (n: number) => ({ clientId: `pump-${n}`, certain: true, atMs: 1_000_000 });

/** What LAST_SEEN answers. */
let read: () => Promise<LastSeen>;
let asked: number;
let catchUps: CatchUps;
beforeEach(() => {
  vi.useFakeTimers();
  [read, asked] = [() => new Promise(() => {}), 0];
  catchUps = new CatchUps({
    // None of these devices comes so far that something is read for it or sent.
    ...{ sources: [], turns: new ReadingTurns(), line: {} as DeviceLine },
    store: {
      read: () => {
        asked++;
        return read();
      },
    } as unknown as LastSeenStore,
    kept: { since: async () => 0 },
    ...{ metrics: createDeliveryMetrics(new Registry()), log: createLog("test", "silent") },
    ...{ alertsPerSecond: 1, deviceAlertsPerSecond: 1, room: 2, interruptions: () => 0 },
  });
});
afterEach(() => {
  catchUps.abandonAll();
  vi.useRealTimers();
});

it("says when it has no room", () => {
  expect([1, 2, 3].map((n) => catchUps.begin(session(n)))).toEqual([true, true, false]);
  // Whoever is in hand and comes again takes no more.
  expect(catchUps.begin(session(2))).toBe(true);
});

it("counts nobody among those who wait for their turn whose attempts fail", async () => {
  read = () => Promise.reject(new Error("LAST_SEEN does not answer"));
  catchUps.begin(session(1));
  await vi.advanceTimersByTimeAsync(500);
  expect(catchUps.oldestMs).toBe(0);
  read = () => new Promise(() => {});
  catchUps.begin(session(2));
  await vi.advanceTimersByTimeAsync(90_000);
  expect(catchUps.oldestMs).toBeGreaterThanOrEqual(90_000);
});

it("leaves a device that asks itself alone for a minute, and then sees whether it was answered", async () => {
  catchUps.begin(session(1));
  catchUps.postpone("pump-1");
  await vi.advanceTimersByTimeAsync(59_000);
  expect([asked, catchUps.size, catchUps.oldestMs]).toEqual([1, 1, 0]);
  read = async () => ({ since: 0, caughtUp: { subscribed: 1_005_000, sent: 1_006_000 } });
  await vi.advanceTimersByTimeAsync(2_000);
  expect([asked, catchUps.size]).toEqual([2, 0]);
});
