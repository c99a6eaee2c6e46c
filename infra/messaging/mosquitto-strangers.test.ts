/** What strangers can do to the publishers' entrance of a real broker with the product's configuration. */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { upstreamFilter } from "../../app/contract/subjects.ts";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import {
  clientHelloStart,
  connectPacket,
  drip,
  hungUp,
  openTcp,
  openTls,
} from "../../test/support/stranger.ts";
import { publisherConnections } from "./mosquitto-config.ts";

const within = { timeout: 60_000, interval: 50 };
const places = 40;
let broker: Broker;
const clients: MqttClient[] = [];

beforeAll(async () => {
  // Fewer places than the product has: how many they are changes nothing but the time to fill them.
  broker = await startBroker((config) =>
    config.replace(`max_connections ${publisherConnections}`, `max_connections ${places}`),
  );
});
afterAll(() => broker?.stop());
afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))));

async function publisher(): Promise<MqttClient> {
  const client = await broker.access.publisher({ reconnectPeriod: 0, connectTimeout: 5_000 });
  clients.push(client);
  return client;
}

async function bridge() {
  const { receiveMaximum, credentials, ...settings } = broker.access.settings(
    `bridge-${crypto.randomUUID()}`,
  );
  const client = await connectAsync({
    ...settings,
    ...credentials(),
    protocol: "mqtts",
    protocolVersion: 5,
  });
  clients.push(client);
  let count = 0;
  client.on("message", () => count++);
  await client.subscribeAsync(upstreamFilter, { qos: 1 });
  return { count: () => count };
}

/** Each takes a place and sends a CONNECT of 512 KB by a byte a second, which Mosquitto waits for without end. */
async function fillPlaces(count: number): Promise<Socket[]> {
  const header = Buffer.from([0x10, 0x80, 0x80, 0x1f]);
  const sockets = await Promise.all(
    Array.from({ length: count }, () => openTls(broker.access.port)),
  );
  for (const socket of sockets)
    void drip(socket, Buffer.concat([header, Buffer.alloc(1_000)]), 1_000);
  return sockets;
}

describe("strangers who hold every place of the publishers' listener", () => {
  it("keep out neither the bridge nor who is connected, and only for as long as they stay", async () => {
    const sender = await publisher();
    const strangers = await fillPlaces(places - 1);

    // One that still finds a place takes the last one.
    await vi.waitFor(() => expect(publisher()).rejects.toThrow(), within);
    const taker = await bridge();
    for (let i = 0; i < 100; i++) {
      await sender.publishAsync(`clients/c${i}/alerts`, "{}", { qos: 1 });
    }
    await vi.waitFor(() => expect(taker.count()).toBe(100), within);

    for (const socket of strangers) socket.destroy();
    await vi.waitFor(publisher, within);
  });

  it("do not use places up: a thousand who come and go leave all of them", async () => {
    for (let round = 0; round < 25; round++) {
      const strangers = await Promise.all(
        Array.from({ length: places }, () => openTcp(broker.access.port)),
      );
      for (const socket of strangers) socket.destroy();
    }
    const all = () => Promise.all(Array.from({ length: places }, publisher));
    await vi.waitFor(all, within);
  });
});

describe("strangers who are silent, or whose handshake or CONNECT drips", () => {
  it("are gone within 100 s", { timeout: 130_000 }, async () => {
    const { port } = broker.access;
    const connect = connectPacket({ clientId: "slow", user: "slow", password: "x".repeat(400) });
    const gone = Promise.all([
      hungUp(await openTcp(port)),
      hungUp(await openTls(port)),
      drip(await openTcp(port), clientHelloStart, 2_000),
      drip(await openTls(port), connect, 2_000),
    ]);
    expect(await Promise.race([gone.then(() => "gone"), delay(100_000)])).toBe("gone");
  });
});
