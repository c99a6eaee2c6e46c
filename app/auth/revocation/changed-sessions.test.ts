import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { authTimeoutMs } from "../../contract/limits.ts";
import { changeMessage, type ToldKind } from "../../registry/change-message.ts";
import { createLog } from "../../shared/log.ts";
import { ChangedSessions } from "./changed-sessions.ts";
import { fewDevices } from "./session-closer.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 5_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Call {
  readonly ids: readonly string[];
  readonly beforeMs: number;
}

function setUp(close: (call: Call) => Promise<void> = async () => {}) {
  const calls: Call[] = [];
  const failures = vi.fn();
  const changed = new ChangedSessions({
    closer: {
      close: (ids, beforeMs) => {
        const call = { ids: [...ids], beforeMs };
        calls.push(call);
        return close(call);
      },
    },
    clock: () => Date.now(),
    log: createLog("test", "silent"),
    onFailure: failures,
  });
  return { changed, calls, failures };
}

function message(clientId: string, kind: ToldKind = "revoked") {
  const { subject, body: data } = changeMessage({ clientId, kind, version: 1 });
  return { subject, data, ack: vi.fn(), nak: vi.fn(), working: vi.fn() };
}

it("looks at once, and again after the longest login that may have been under way", async () => {
  const { changed, calls } = setUp();
  const revoked = message("a");
  changed.accept(revoked);
  await vi.advanceTimersByTimeAsync(authTimeoutMs - 1);
  expect(calls).toEqual([{ ids: ["a"], beforeMs: 5_000 }]);
  expect(revoked.ack).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);

  // The same time: who has come back since then is not to be turned away again.
  expect(calls).toEqual(Array(2).fill({ ids: ["a"], beforeMs: 5_000 }));
  expect(revoked.ack).toHaveBeenCalledTimes(1);
  expect(changed.open).toBe(0);
});

it("does not let a change wait for the second look of another", async () => {
  const { changed, calls } = setUp();
  changed.accept(message("a"));
  await vi.advanceTimersByTimeAsync(10);
  changed.accept(message("b"));
  await vi.advanceTimersByTimeAsync(10);

  expect(calls.map(({ ids }) => ids)).toEqual([["a"], ["b"]]);
});

it("sees to many together, one listing after the other", async () => {
  const { changed, calls } = setUp();
  const many = Array.from({ length: fewDevices + 1 }, (_, i) => message(`a${i}`));
  for (const each of many) changed.accept(each);
  await vi.advanceTimersByTimeAsync(10);
  const later = Array.from({ length: fewDevices + 1 }, (_, i) => message(`b${i}`));
  for (const each of later) changed.accept(each);
  await vi.advanceTimersByTimeAsync(10);
  expect(calls.map(({ ids }) => ids.length)).toEqual([many.length]);
  await vi.advanceTimersByTimeAsync(2 * authTimeoutMs);

  expect(calls.map(({ ids }) => ids[0])).toEqual(["a0", "a0", "b0", "b0"]);
  for (const each of [...many, ...later]) expect(each.ack).toHaveBeenCalledTimes(1);
});

it("gives a change back when the servers cannot be asked, and counts it", async () => {
  const { changed, failures } = setUp(() => Promise.reject(new Error("no answer")));
  const revoked = message("a");
  changed.accept(revoked);
  await vi.advanceTimersByTimeAsync(10);

  expect(revoked.ack).not.toHaveBeenCalled();
  expect(revoked.nak).toHaveBeenCalledTimes(1);
  expect(failures).toHaveBeenCalledTimes(1);
  expect(changed.open).toBe(0);
});

it("tells JetStream that it is at it, as long as it takes", async () => {
  const { changed } = setUp(() => new Promise(() => {}));
  const revoked = message("a");
  changed.accept(revoked);
  await vi.advanceTimersByTimeAsync(25_000);

  expect(revoked.working.mock.calls.length).toBeGreaterThanOrEqual(2);
  expect(changed.open).toBe(1);
});

it("leaves sessions alone that may go on, and passes over what is not a change", async () => {
  const { changed, calls } = setUp();
  const others = [message("a", "labelled"), message("b", "resumed")];
  const strange = { ...message("c"), data: Buffer.from("{") };
  for (const each of [...others, strange]) changed.accept(each);
  await vi.advanceTimersByTimeAsync(10);

  expect(calls).toEqual([]);
  for (const each of [...others, strange]) expect(each.ack).toHaveBeenCalledTimes(1);
});
