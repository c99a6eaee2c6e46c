/** What a publisher lets expire while no bridge is there is not delivered, and is counted. */
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import { Sequence } from "./sequence.ts";
import { openUpstreamSession } from "./upstream-session.ts";

const log = pino({ level: "silent" });
const within = { timeout: 60_000, interval: 20 };
const topic = "clients/expiry/alerts";
const expirySeconds = 1;

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.stop());

it("an alert whose expiry ends in the broker's queue leaves a gap, by which it is counted", async () => {
  const sequence = new Sequence();
  const taken: string[] = [];
  const session = openUpstreamSession(
    broker.access.settings("expiry"),
    {
      onMessage(message) {
        if (message.topic !== topic) sequence.pass(message);
        else {
          sequence.nameOf(message);
          taken.push(Buffer.from(message.payload).toString());
        }
        message.acknowledge();
      },
    },
    log,
  );
  await vi.waitFor(() => expect(session.missing()).toBeUndefined(), within);
  const publisher = await broker.access.publisher();
  const publish = (text: string, expiry?: number) =>
    publisher.publishAsync(topic, text, {
      qos: 1,
      ...(expiry !== undefined && { properties: { messageExpiryInterval: expiry } }),
    });
  await publish("before");
  await vi.waitFor(() => expect(taken).toEqual(["before"]), within);
  session.pause();
  await vi.waitFor(() => expect(session.missing()).toBeDefined(), within);

  await publish("kept");
  for (const text of ["gone", "gone too"]) await publish(text, expirySeconds);
  await publish("last");
  // Time itself is what lets them expire; the broker counts in whole seconds.
  await delay((expirySeconds + 2) * 1_000);
  session.resume();

  await vi.waitFor(() => expect(taken).toContain("last"), within);
  expect(taken).toEqual(["before", "kept", "last"]);
  expect(sequence.takeSkipped()).toBe(2);
  await session.close();
  await publisher.endAsync();
});
