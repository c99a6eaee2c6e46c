import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authTimeoutMs } from "../../contract/limits.ts";
import { OwnLogins } from "../one-session/own-logins.ts";
import { Closings } from "./closings.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of a connection that has ended since. */
const gone = 99;

/** Each question takes as long as one is let wait; `N1` is a server that answers at once. */
function closings(
  options: { failing?: boolean; repeatsPerMinute?: number; isWanted?: () => boolean } = {},
) {
  const asked: string[] = [];
  let failures = 0;
  const logins = new OwnLogins(100);
  const note = (where: string, clientIds: ReadonlySet<string>) =>
    asked.push([where, ...clientIds].join(" "));
  const subject = new Closings({
    closer: {
      close: async (clientIds) => {
        note("everywhere", clientIds);
        await new Promise((resolve) => setTimeout(resolve, 300));
      },
      closeAt: async (serverId, clientIds) => {
        note(serverId, clientIds);
        if (options.failing) throw new Error("no answer");
      },
      closeOne: async ({ clientId, serverId, connection }) => {
        note(`${serverId}:${connection}`, new Set([clientId]));
        if (options.failing) throw new Error("no answer");
        return connection !== gone;
      },
    },
    logins,
    repeatsPerMinute: options.repeatsPerMinute ?? 100,
    clock: () => Date.now(),
    log: pino({ level: "silent" }),
    onFailure: () => failures++,
    stillWanted: options.isWanted ?? (() => true),
  });
  const logIn = (clientId: string, serverId: string, connection: number) =>
    logins.learn({ clientId, serverId, connection, atMs: Date.now() });
  return { subject, asked, logIn, failures: () => failures };
}

it("asks the server that a device sends to, however long others are silent, and later everywhere", async () => {
  const { subject, asked } = closings();
  subject.add("a", undefined);
  subject.add("b", undefined);
  subject.add("c", "N1");
  await vi.advanceTimersByTimeAsync(1);
  subject.add("d", "N1");
  expect(asked).toEqual(["everywhere a", "N1 c", "N1 d"]);
  await vi.advanceTimersByTimeAsync(authTimeoutMs - 1);
  expect(asked.slice(3)).toEqual(["everywhere b", "everywhere a"]);
  await vi.advanceTimersByTimeAsync(400);
  expect(asked.slice(5)).toEqual(["everywhere b c d"]);
});

it("counts a server that does not answer, and asks it again for the next", async () => {
  const { subject, asked, failures } = closings({ failing: true });
  subject.add("a", "N1");
  await vi.advanceTimersByTimeAsync(1);
  subject.add("b", "N1");
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["N1 a", "N1 b"]);
  expect(failures()).toBe(2);
});

it("closes a session that was admitted here without looking for it, whoever cut its device off", async () => {
  const { subject, asked, logIn } = closings();
  logIn("a", "N1", 7);
  logIn("b", "N1", 8);
  subject.add("a", "N1");
  subject.endAdmitted("b");
  // It is this replica that hears of its own, too, before or after.
  subject.endAdmitted("a");
  subject.add("b", undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["N1:7 a", "N1:8 b"]);
  // A login may have been under way.
  await vi.advanceTimersByTimeAsync(authTimeoutMs + 400);
  expect(asked.slice(2)).toEqual(["everywhere a", "everywhere b"]);
});

it("does not look everywhere for one that may come in again by then", async () => {
  let wanted = true;
  const { subject, asked } = closings({ isWanted: () => wanted });
  subject.add("a", "N1");
  await vi.advanceTimersByTimeAsync(1);
  wanted = false;
  await vi.advanceTimersByTimeAsync(authTimeoutMs + 400);
  expect(asked).toEqual(["N1 a"]);
});

it("looks for one that is not where it logged in, or whose server does not say so", async () => {
  const moved = closings();
  moved.logIn("a", "N1", gone);
  moved.logIn("b", "N2", 8);
  moved.subject.add("a", "N1");
  moved.subject.add("b", "N1");
  await vi.advanceTimersByTimeAsync(1);
  expect(moved.asked).toEqual(["N1:99 a", "N2:8 b", "N1 b", "N1 a"]);

  const silent = closings({ failing: true });
  silent.logIn("c", "N1", 7);
  silent.subject.add("c", undefined);
  await vi.advanceTimersByTimeAsync(1);
  expect(silent.asked).toEqual(["N1:7 c", "everywhere c"]);
  expect(silent.failures()).toBe(1);
});

it("closes again as often as a minute allows, and one device once a second", async () => {
  const { subject, asked } = closings({ repeatsPerMinute: 3 });
  const again = (clientId: string) => subject.again(clientId, "N1");
  expect([again("a"), again("a"), again("b")]).toEqual([true, true, true]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual(["N1 a", "N1 b"]);
  expect([again("a"), again("b")]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(again("b")).toBe(true);
  expect(asked).toEqual(["N1 a", "N1 b", "N1 a", "N1 b"]);
});
