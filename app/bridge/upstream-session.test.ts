import type { MqttClient } from "mqtt";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import {
  openUpstreamSession,
  type UpstreamMessage,
  type UpstreamSession,
  type UpstreamSettings,
} from "./upstream-session.ts";

const log = pino({ level: "silent" });
const within = { timeout: 60_000, interval: 20 };

let broker: Broker;
let publisher: MqttClient;
const sessions: UpstreamSession[] = [];

beforeAll(async () => {
  // As a broker of somebody else's may.
  broker = await startBroker((config) => config.replace("retain_available false\n", ""));
});
afterAll(() => broker.stop());
beforeEach(async () => {
  publisher = await broker.access.publisher();
});
afterEach(async () => {
  await publisher.endAsync(true);
  await Promise.all(sessions.splice(0).map((session) => session.close()));
});

/** A session that holds everything it gets unless told to acknowledge at once. */
function open(
  clientId: string,
  options: { receiveMaximum?: number; acknowledge?: boolean; settings?: UpstreamSettings } = {},
) {
  const messages: UpstreamMessage[] = [];
  const answers: boolean[] = [];
  const session = openUpstreamSession(
    options.settings ?? broker.access.settings(clientId, options.receiveMaximum),
    {
      onMessage(message) {
        if (!message.topic.startsWith("clients/")) {
          message.acknowledge();
          return;
        }
        messages.push(message);
        if (options.acknowledge) answers.push(message.acknowledge());
      },
    },
    log,
  );
  sessions.push(session);
  return {
    session,
    messages,
    answers,
    texts: () => messages.map(({ payload }) => Buffer.from(payload).toString()),
    connected: () => vi.waitFor(() => expect(session.missing()).toBeUndefined(), within),
    received: (count: number) => vi.waitFor(() => expect(messages).toHaveLength(count), within),
  };
}

/** Makes the session known to the broker, so that what follows is kept for it. */
async function establish(clientId: string) {
  const first = open(clientId, { acknowledge: true });
  await first.connected();
  await first.session.close();
}

async function publish(count: number, from = 0) {
  const texts = Array.from({ length: count }, (_, i) => `m${from + i}`);
  await Promise.all(
    texts.map((text) => publisher.publishAsync("clients/a/alerts", text, { qos: 1 })),
  );
  return texts;
}

/** What the broker still holds for the session. */
async function heldBy(clientId: string): Promise<string[]> {
  const reader = open(clientId, { acknowledge: true });
  await reader.connected();
  // The broker delivers in order: once the marker is here, everything before it is too.
  await publisher.publishAsync("clients/a/alerts", "marker", { qos: 1 });
  await vi.waitFor(() => expect(reader.texts()).toContain("marker"), within);
  await reader.session.close();
  return reader.texts().filter((text) => text !== "marker");
}

// These lean on what MQTT.js does inside. An update that changes it must fail here.
describe("acknowledgement", () => {
  it("is not given by itself, and reading goes on meanwhile", async () => {
    const reader = open("deferred");
    await reader.connected();
    const texts = await publish(200);
    await reader.received(200);
    expect(reader.texts()).toEqual(texts);
    await reader.session.close();
    expect(await heldBy("deferred")).toEqual(texts);
  });

  it("can be given in any order, and is sent in the order of the messages", async () => {
    const reader = open("any-order");
    await reader.connected();
    const texts = await publish(50);
    await reader.received(50);
    const unsent: string[] = [];
    const acknowledge = (i: number) =>
      reader.messages[i]?.acknowledge({ onUnsent: () => void unsent.push(texts[i] ?? "") });
    const allButTwenty = [...texts.keys()].filter((i) => i !== 20).reverse();
    expect(allButTwenty.map(acknowledge)).not.toContain(false);
    await reader.session.close();
    expect(unsent).toEqual(texts.slice(21));
    expect(await heldBy("any-order")).toEqual(texts.slice(20));
  });

  it("frees the way for the next one when as many as allowed are out", async () => {
    const reader = open("window", { receiveMaximum: 10 });
    await reader.connected();
    await publish(30);
    await vi.waitFor(() => expect(reader.messages.length).toBeGreaterThanOrEqual(10), within);
    for (let next = 0; next < 30; next++) {
      await vi.waitFor(() => expect(reader.messages.length).toBeGreaterThan(next), within);
      expect(reader.messages[next]?.acknowledge()).toBe(true);
    }
    await reader.session.close();
    expect(await heldBy("window")).toEqual([]);
  });

  it("works for a backlog that arrives together with the connection", async () => {
    await establish("backlog");
    const texts = await publish(500);
    const reader = open("backlog", { acknowledge: true, receiveMaximum: 100 });
    await reader.received(500);
    expect(reader.texts()).toEqual(texts);
    expect(reader.answers).not.toContain(false);
    await reader.session.close();
    expect(await heldBy("backlog")).toEqual([]);
  });

  it("is withheld when the message's connection is gone, or it would hit another message", async () => {
    const reader = open("stale");
    await reader.connected();
    const texts = await publish(20);
    await reader.received(20);
    const stale = [...reader.messages];
    await broker.process.stop();
    await vi.waitFor(() => expect(reader.session.missing()).toBeDefined(), within);
    expect(stale.map((message) => message.acknowledge())).not.toContain(true);
    await broker.process.start();
    // All of them are out again, under packet ids that the stale ones carry too.
    await reader.received(40);
    expect(stale.map((message) => message.acknowledge())).not.toContain(true);
    await reader.session.close();
    expect(await heldBy("stale")).toEqual(texts);
  });
});

describe("the session", () => {
  it("survives a restart of the broker, with what was published meanwhile", async () => {
    const reader = open("restart", { acknowledge: true });
    await reader.connected();
    await broker.process.stop();
    await vi.waitFor(() => expect(reader.session.missing()).toMatch(/not connected/), within);
    await broker.process.start();
    const texts = await publish(20);
    await vi.waitFor(() => expect(reader.texts()).toEqual(texts), within);
    await reader.connected();
  });

  it("does not get a retained message again with each connection", async () => {
    await publisher.publishAsync("clients/r/alerts", "kept", { qos: 1, retain: true });
    await establish("retained");
    expect(await heldBy("retained")).toEqual([]);
    await publisher.publishAsync("clients/r/alerts", "", { qos: 1, retain: true });
  });

  it("hands over what was published with QoS 0 like the rest", async () => {
    await establish("qos0");
    await publisher.publishAsync("clients/a/alerts", "light", { qos: 0 });
    await publisher.publishAsync("clients/a/alerts", "heavy", { qos: 1 });
    const reader = open("qos0");
    await reader.received(2);
    expect(reader.texts()).toEqual(["light", "heavy"]);
    expect(reader.messages.map((message) => message.acknowledged)).toEqual([true, true]);
  });

  it("stays away during a pause, and gets everything afterwards, in order", async () => {
    const reader = open("paused");
    await reader.connected();
    const before = await publish(20);
    await reader.received(20);
    reader.session.pause();
    expect(reader.session.missing()).toMatch(/not connected/);
    expect(reader.messages[0]?.acknowledge()).toBe(false);
    const during = await publish(20, 20);
    // Longer than MQTT.js would wait with a reconnect.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(reader.messages).toHaveLength(20);
    reader.session.resume();
    await reader.connected();
    await reader.received(60);
    expect(reader.texts().slice(20)).toEqual([...before, ...during]);
  });

  it("can be paused and resumed at once, or before it was ever connected", async () => {
    await establish("hasty");
    const reader = open("hasty", { acknowledge: true });
    reader.session.pause();
    reader.session.resume();
    await reader.connected();
    reader.session.pause();
    reader.session.resume();
    await reader.connected();
    const texts = await publish(5);
    await reader.received(5);
    expect(reader.texts()).toEqual(texts);
  });

  it("closes during a pause", async () => {
    const reader = open("closed-paused");
    await reader.connected();
    reader.session.pause();
    await reader.session.close();
    const texts = await publish(3);
    expect(await heldBy("closed-paused")).toEqual(texts);
  });

  it("closes while there is no broker", async () => {
    const reader = open("lonely", { settings: { ...broker.access.settings("lonely"), port: 1 } });
    expect(reader.session.missing()).toMatch(/not connected/);
    await reader.session.close();
    expect(reader.messages).toEqual([]);
  });

  it("closes while the broker hangs", async () => {
    const reader = open("hanging");
    await reader.connected();
    await broker.process.suspend();
    try {
      await reader.session.close();
    } finally {
      broker.process.resume();
    }
    await vi.waitFor(() => expect(reader.session.missing()).toMatch(/not connected/), within);
  });
});
