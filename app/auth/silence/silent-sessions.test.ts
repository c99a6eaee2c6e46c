import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { silentLinesAtOnce } from "../../contract/silent-lines.ts";
import { createLog } from "../../shared/log.ts";
import type { LiveSession } from "../revocation/live-sessions.ts";
import { createSilenceMetrics } from "./silence-metrics.ts";
import { SilentSessions } from "./silent-sessions.ts";

const serverId = `N${"A".repeat(55)}`;
const nowMs = 1_000_000;
const session = (connection: number, startedAt = 0): LiveSession => ({
  ...{ clientId: `pump-${connection}`, proof: undefined, serverId, connection, startedAt },
  peer: `10.0.0.1:${connection}`,
});

function sessionsOf(pages: readonly (readonly LiveSession[])[], perMinute = 100) {
  const closed: number[] = [];
  const metrics = createSilenceMetrics(new Registry());
  const sessions = new SilentSessions({
    live: {
      async *at() {
        yield* pages;
      },
      close: async ({ connection }) => closed.push(connection) > 0,
    },
    ...{ perMinute, clock: () => nowMs, metrics, log: createLog("test", "silent") },
  });
  const ask = async (lines: readonly unknown[], server = serverId) =>
    JSON.parse(await sessions.answer(Buffer.from(JSON.stringify({ serverId: server, lines }))));
  return { ask, closed, metrics };
}
const line = (n: number, silentMs = 10_000) => ({ peer: `10.0.0.1:${n}`, silentMs });

it("closes the sessions behind the lines that are named, and no other", async () => {
  const { ask, closed, metrics } = sessionsOf([[session(1), session(2)], [session(3)]]);
  expect(await ask([line(1), line(3), line(4)])).toEqual({ closed: 2 });
  expect(closed).toEqual([1, 3]);
  expect((await metrics.closed.get()).values[0]?.value).toBe(2);
});

it("leaves a session that is younger than the silence: it has the address of one before", async () => {
  const { ask, closed } = sessionsOf([[session(1, nowMs - 5_000), session(2, nowMs - 20_000)]]);
  expect(await ask([line(1), line(2)])).toEqual({ closed: 1 });
  expect(closed).toEqual([2]);
});

it("closes no more in a minute than it may", async () => {
  const { ask, closed } = sessionsOf([[1, 2, 3].map((n) => session(n))], 2);
  expect(await ask([1, 2, 3].map((n) => line(n)))).toEqual({ closed: 2 });
  expect(await ask([line(3)])).toEqual({ closed: 0 });
  expect(closed).toEqual([1, 2]);
});

it.each([
  ["no line", serverId, []],
  [
    "more lines than it may name",
    serverId,
    Array.from({ length: silentLinesAtOnce + 1 }, (_, n) => line(n + 1)),
  ],
  ["a server that would be a subject of another kind", "PING", [line(1)]],
  ["lines without a silence", serverId, [{ peer: "10.0.0.1:1", silentMs: 0 }]],
])("refuses a request with %s", async (_, server, lines) => {
  const { ask, closed } = sessionsOf([[session(1)]]);
  expect(await ask(lines, server)).toEqual({ error: expect.stringContaining("not a request") });
  expect(closed).toEqual([]);
});
