import { pino } from "pino";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import { openUpstreamSession } from "./upstream-session.ts";

const log = pino({ level: "silent" });
const within = { timeout: 60_000, interval: 20 };

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

it("takes nothing more off a connection that a pause ends, not even when the pause is over", async () => {
  const settings = broker.access.settings("gap");
  const first = openUpstreamSession(settings, { onMessage: () => {} }, log);
  await vi.waitFor(() => expect(first.missing()).toBeUndefined(), within);
  await first.close();
  const publisher = await broker.access.publisher();
  const texts = Array.from({ length: 500 }, (_, n) => `m${n}`);
  await Promise.all(texts.map((t) => publisher.publishAsync("clients/a/alerts", t, { qos: 1 })));
  const taken: string[] = [];
  const session = openUpstreamSession(
    settings,
    {
      onMessage({ topic, payload }) {
        if (topic !== "clients/a/alerts") return;
        taken.push(Buffer.from(payload).toString());
        if (taken.length !== 100) return;
        session.pause();
        // While more messages are in the same connection's buffers.
        queueMicrotask(() => session.resume());
      },
    },
    log,
  );
  await vi.waitFor(() => expect(taken.length).toBeGreaterThanOrEqual(600), within);
  expect(taken).toEqual([...texts.slice(0, 100), ...texts]);
  await session.close();
  await publisher.endAsync();
});
