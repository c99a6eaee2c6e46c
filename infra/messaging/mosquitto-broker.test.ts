import { randomBytes } from "node:crypto";
import { connect as connectTls } from "node:tls";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { confirmationFilter, confirmationTopic } from "../../app/contract/confirmation.ts";
import { upstreamPacketLimitBytes } from "../../app/contract/limits.ts";
import { upstreamFilter, upstreamNotes } from "../../app/contract/subjects.ts";
import { type Broker, startBroker } from "../../test/support/broker.ts";

describe("a broker with this configuration", () => {
  let broker: Broker;
  const clients: MqttClient[] = [];
  const within = { timeout: 60_000, interval: 20 };

  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });

  async function publisher(options = {}) {
    const client = await broker.access.publisher(options);
    client.on("error", () => {});
    clients.push(client);
    return client;
  }

  async function reader(
    clientId = `reader-${crypto.randomUUID()}`,
    user: "bridge" | "watcher" = "bridge",
    filter = upstreamFilter,
  ) {
    const { receiveMaximum, credentials, ...settings } = broker.access.settings(
      clientId,
      undefined,
      user,
    );
    const client = await connectAsync({
      ...settings,
      ...credentials(),
      protocol: "mqtts",
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    });
    clients.push(client);
    const topics: string[] = [];
    client.on("message", (topic) => topics.push(topic));
    await client.subscribeAsync(filter, { qos: 1 });
    return { client, topics };
  }

  /** Publishes one by one, and a last one on a right topic, which shows when all have arrived. */
  async function delivered(topics: string[], options = {}) {
    const bridge = await reader();
    const sender = await publisher(options);
    for (const topic of topics) await sender.publishAsync(topic, "x", { qos: 1 }).catch(() => {});
    await sender.publishAsync("clients/last/alerts", "x", { qos: 1 });
    await vi.waitFor(() => expect(bridge.topics).toContain("clients/last/alerts"), within);
    return bridge.topics.filter((topic) => topic !== "clients/last/alerts");
  }

  it("lets alerts through to the bridge, and the wrong topics that must reach DEAD_LETTER", async () => {
    const topics = [
      "clients/pump-7/alerts",
      "clients/a b/alerts",
      "clients/a.b/alerts",
      "clients/>/alerts",
      "clients//alerts",
      "clients/a/b/alerts",
      "clients/x/other",
      "clients/x",
      "clients",
    ];
    expect(await delivered(topics)).toEqual(topics);
  });

  it("tells an MQTT 5 publisher that the bridges' notes are not for it", async () => {
    const sender = await publisher();
    const note = sender.publishAsync(upstreamNotes.marks, "x", { qos: 1 });
    await expect(note).rejects.toMatchObject({ code: 135 });
  });

  it("lets a publisher read its own confirmations, write none, and the bridge write nothing else", async () => {
    const own = confirmationTopic("own");
    const [publisherOf, other] = [await publisher({ clientId: "own" }), await publisher()];
    const seen = { own: [] as string[], other: [] as string[] };
    publisherOf.on("message", (topic) => seen.own.push(topic));
    other.on("message", (topic) => seen.other.push(topic));
    await publisherOf.subscribeAsync(["#", "$sentinel/#"], { qos: 1 });
    await other.subscribeAsync([own, confirmationFilter, "#"], { qos: 1 });
    const forged = [other, publisherOf].map((each) => each.publishAsync(own, "x", { qos: 1 }));
    for (const each of forged) await expect(each).rejects.toMatchObject({ code: 135 });
    const { client: bridge } = await reader();
    for (const topic of ["$sentinel/else", "sentinel/else"]) {
      const elsewhere = bridge.publishAsync(topic, "x", { qos: 1 });
      await expect(elsewhere).rejects.toMatchObject({ code: 135 });
    }
    await bridge.publishAsync(confirmationTopic("another"), "x", { qos: 1 });
    await bridge.publishAsync(own, "x", { qos: 1 });
    await vi.waitFor(() => expect(seen.own).toContain(own), within);
    // On the other connection it would have come before the answer to this.
    await other.subscribeAsync("$sentinel/else");
    expect(seen).toEqual({ own: [own], other: [] });
  });

  it.each([
    4, 5,
  ] as const)("lets the watcher read what is outside, by MQTT protocol %i, and nobody else", async (protocolVersion) => {
    const watcher = await reader(undefined, "watcher", "#");
    const outside = ["devices/x/alerts", "alerts", "Clients/x/alerts"];
    const sent = [...outside, "$SYS/fake", upstreamNotes.marks, "clients/x/alerts"];
    expect(await delivered(sent, { protocolVersion })).toEqual(["clients/x/alerts"]);
    await vi.waitFor(() => expect(watcher.topics).toEqual(outside), within);
  });

  it("lets nobody but the publisher write and nobody but the bridge read", async () => {
    const { client } = await reader();
    await expect(client.publishAsync("clients/x/alerts", "x", { qos: 1 })).rejects.toMatchObject({
      code: 135,
    });
    const sender = await publisher();
    const seen: string[] = [];
    sender.on("message", (topic) => seen.push(topic));
    await sender.subscribeAsync("#", { qos: 1 });
    const bridge = await reader();
    await sender.publishAsync("clients/x/alerts", "x", { qos: 1 });
    await vi.waitFor(() => expect(bridge.topics).toHaveLength(1), within);
    expect(seen).toEqual([]);
  });

  it("turns away who has no password or a wrong one", async () => {
    const options = { reconnectPeriod: 0, connectTimeout: 5_000 };
    await expect(broker.access.publisher({ ...options, password: "wrong" })).rejects.toThrow(
      /Not authorized/i,
    );
    // Without a user name, as anonymous clients come.
    const { credentials, port } = broker.access.settings("x");
    await expect(
      connectAsync({
        host: "127.0.0.1",
        port,
        ca: credentials().ca,
        protocol: "mqtts",
        protocolVersion: 5,
        ...options,
      }),
    ).rejects.toThrow(/Not authorized/i);
  });

  it("speaks TLS 1.3 only", async () => {
    const handshake = (maxVersion: "TLSv1.2" | "TLSv1.3") =>
      new Promise<string | null>((resolve, reject) => {
        const { credentials, port } = broker.access.settings("x");
        const socket = connectTls(
          { host: "127.0.0.1", port, ca: credentials().ca, maxVersion },
          () => {
            resolve(socket.getProtocol());
            socket.destroy();
          },
        );
        socket.once("error", reject);
      });
    expect(await handshake("TLSv1.3")).toBe("TLSv1.3");
    await expect(handshake("TLSv1.2")).rejects.toThrow(/protocol version/);
  });

  it("disconnects a publisher whose packet is too large, and takes one below the limit", async () => {
    const bridge = await reader();
    const sender = await publisher({ reconnectPeriod: 0 });
    const below = Buffer.alloc(upstreamPacketLimitBytes - 100, "x");
    await sender.publishAsync("clients/big/alerts", below, { qos: 1 });
    await vi.waitFor(() => expect(bridge.topics).toEqual(["clients/big/alerts"]), within);

    const older = await publisher({ protocolVersion: 4, reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => older.once("close", () => resolve()));
    older.publish("clients/big/alerts", Buffer.alloc(upstreamPacketLimitBytes + 1), { qos: 1 });
    await closed;
    expect(bridge.topics).toEqual(["clients/big/alerts"]);
  });

  it.each([4, 5] as const)("disconnects who retains, by MQTT protocol %i", async (version) => {
    const bridge = await reader();
    const sender = await publisher({ protocolVersion: version, reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => sender.once("close", () => resolve()));
    sender.publish("clients/kept/alerts", "x", { qos: 1, retain: true });
    await closed;
    const other = await publisher();
    await other.publishAsync("clients/last/alerts", "x", { qos: 1 });
    await vi.waitFor(() => expect(bridge.topics).toContain("clients/last/alerts"), within);
    expect(bridge.topics).not.toContain("clients/kept/alerts");
  });

  it("holds nothing for a publisher that sends at QoS 2: it is disconnected", async () => {
    const bridge = await reader();
    const sender = await publisher({ protocolVersion: 4, reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => sender.once("close", () => resolve()));
    sender.publish("clients/held/alerts", "x", { qos: 2 });
    await closed;
    const other = await publisher();
    await other.publishAsync("clients/last/alerts", "x", { qos: 1 });
    await vi.waitFor(() => expect(bridge.topics).toContain("clients/last/alerts"), within);
    expect(bridge.topics).not.toContain("clients/held/alerts");
  });

  it("keeps every message of an absent session, across a restart", async () => {
    const clientId = "absent";
    await (await reader(clientId)).client.endAsync();
    const sender = await publisher();
    const count = 3_000;
    const payload = randomBytes(300);
    for (let i = 0; i < count; i++) {
      await sender.publishAsync(`clients/c${i}/alerts`, payload, { qos: i % 2 === 0 ? 0 : 1 });
    }
    await sender.publishAsync("clients/last/alerts", "x", { qos: 1 });
    await broker.process.stop();
    await broker.process.start();
    const { topics } = await reader(clientId);
    await vi.waitFor(() => expect(topics).toHaveLength(count + 1), within);
    expect(new Set(topics).size).toBe(count + 1);
  });
});
