import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "../shared/log.ts";
import { storedAlerts } from "./alerts.fixture.ts";
import { CatchUps, type CatchUpsOptions } from "./catch-ups.ts";
import { createDeliveryMetrics } from "./delivery-metrics.ts";
import type { DeviceLine } from "./device-line.ts";
import type { LastSeen } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import type { AlertSource } from "./missed-alerts.ts";
import { ReadingTurns } from "./reading-turns.ts";

const session = (n: number) => ({ clientId: `pump-${n}`, certain: true, atMs: 1_000_000 });

/** What LAST_SEEN answers. */
let read: () => Promise<LastSeen>;
let asked: number;
let catchUps: CatchUps;
const options = (more: Partial<CatchUpsOptions>): CatchUpsOptions => ({
  // Most of these devices do not come so far that something is read for them or sent.
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
  ...more,
});
beforeEach(() => {
  vi.useFakeTimers();
  [read, asked] = [() => new Promise(() => {}), 0];
  catchUps = new CatchUps(options({}));
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

it("has nobody wait in a turn for the index, however many need more than it reaches", async () => {
  const everything = storedAlerts(["an alert"]);
  /** Lets those go who need so much. */
  const reach = new Map<string, () => void>();
  const source: AlertSource = {
    ...everything,
    placeAt: (since) => ({ since }),
    has: async () => false,
    read: async (clientId, place) =>
      "since" in place && place.since < from ? undefined : everything.read(clientId, { since: 0 }),
    whenAtHand: (place, signal) =>
      new Promise((resolve, reject) => {
        reach.set("since" in place ? `${place.since}` : "", resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  let from = 1_000;
  const sent: string[] = [];
  const line = {
    send: (clientId: string) => void sent.push(clientId),
    flush: async () => {},
  } as unknown as DeviceLine;
  const many = new CatchUps(options({ sources: [source], line, room: 100 }));
  // Of these nothing is known; more of them than may read at a time.
  read = async () => ({ since: 0 });
  for (let n = 0; n < 70; n++) many.begin(session(n));
  await vi.advanceTimersByTimeAsync(1_000);
  read = async () => ({ since: 2_000 });
  many.begin(session(70));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(["pump-70"]);

  // Who was away for longer gets it as soon as the index reaches that, though the others came first.
  read = async () => ({ since: 900 });
  many.begin(session(71));
  await vi.advanceTimersByTimeAsync(1_000);
  expect([sent.length, many.oldestMs]).toEqual([1, 0]);
  from = 900;
  reach.get("900")?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(["pump-70", "pump-71"]);

  // And a device that went is nobody's any more.
  many.abandonAll();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([many.size, sent.length]).toEqual([0, 2]);
});
