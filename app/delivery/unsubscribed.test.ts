import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "../shared/log.ts";
import type { LastSeen } from "./last-seen.ts";
import { Unsubscribed } from "./unsubscribed.ts";

const caughtUp = { subscribed: 2, sent: 3 };

let known: LastSeen;
let written: LastSeen[];
let sessions: Unsubscribed;
beforeEach(() => {
  vi.useFakeTimers();
  known = { since: 1, caughtUp };
  written = [];
  sessions = new Unsubscribed({
    store: {
      read: async () => known,
      write: async (_, seen) => void written.push(seen),
    },
    ...{ afterMs: 10_000, log: createLog("test", "silent") },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it("records that a session which stays without its subscription proves nothing", async () => {
  sessions.note("pump-7");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toEqual([{ since: 1 }]);
});

it("writes nothing for a device that subscribes soon, nor for one that was not caught up", async () => {
  sessions.note("pump-7");
  sessions.forget("pump-7");
  known = { since: 1 };
  sessions.note("pump-8");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toEqual([]);
});

it("records at its end those that it waits for", async () => {
  sessions.note("pump-7");
  await sessions.end();
  expect(written).toEqual([{ since: 1 }]);
});
