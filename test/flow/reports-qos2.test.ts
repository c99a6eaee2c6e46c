/** A report with QoS 2 is taken like any other: once, and nothing of it stays behind. */
import type { IClientOptions, Packet } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { headers } from "../../app/contract/headers.ts";
import { topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { mqttStream } from "../support/mqtt-streams.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let inspector: NatsConnection;
const soon = { timeout: 60_000, interval: 20 };

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "report-inspector");
});
afterAll(async () => {
  await inspector?.close();
  await region?.stop();
});

async function deviceCalled(clientId: string, options: Omit<IClientOptions, "password"> = {}) {
  const password = await registerDevice(region, clientId);
  const { client } = await connectDevice(region, { ...options, clientId, password });
  return { client, topic: topics.reports(clientId) };
}
const taken = async (clientId: string) =>
  (await readStream(inspector, "REPORT_INGRESS", `ingress.*.device.${clientId}`)).map(
    (m) => m.payload,
  );
const held = async () => (await mqttStream(region, "$MQTT_qos2in")).messages;
const kept = async () => (await mqttStream(region, "$MQTT_msgs")).messages;

it("it is taken once, as are those with QoS 1 after it, and no copy stays", async () => {
  const { client, topic } = await deviceCalled("thorough");
  let closed = 0;
  client.on("close", () => closed++);

  await client.publishAsync(topic, "twice sure", { qos: 2 });
  await client.publishAsync(topic, "once", { qos: 1 });

  await expect.poll(() => taken("thorough"), soon).toEqual(["twice sure", "once"]);
  const stored = await readStream(inspector, "REPORT_INGRESS", "ingress.*.device.thorough");
  expect(stored.map((report) => report.header(headers.qos))).toEqual(["2", ""]);
  expect(closed).toBe(0);
  await expect.poll(held, soon).toBe(0);
  await expect.poll(kept, soon).toBe(0);
  await client.endAsync();
});

it("it is taken once when the connection breaks in the middle", async () => {
  const { client, topic } = await deviceCalled("interrupted", {
    clean: false,
    reconnectPeriod: 50,
  });
  const cut = (packet: Packet) => {
    if (packet.cmd !== "pubrec") return;
    client.off("packetreceive", cut);
    client.stream.destroy();
  };
  client.on("packetreceive", cut);
  const closed = new Promise<void>((resolve) => client.once("close", resolve));

  const published = client.publishAsync(topic, "survivor", { qos: 2 });

  await closed;
  expect(await held()).toBe(1);
  await published;
  await expect.poll(() => taken("interrupted"), soon).toEqual(["survivor"]);
  await expect.poll(held, soon).toBe(0);
  await client.endAsync(true);
});

it("five hundred at once are taken, each once, and no copy stays", async () => {
  const { client, topic } = await deviceCalled("eager");
  const texts = Array.from({ length: 500 }, (_, n) => `report ${n}`);

  await Promise.all(texts.map((text) => client.publishAsync(topic, text, { qos: 2 })));

  await expect.poll(async () => (await taken("eager")).length, soon).toBe(texts.length);
  expect(new Set(await taken("eager"))).toEqual(new Set(texts));
  await expect.poll(held, soon).toBe(0);
  await client.endAsync();
});

it("a publication to another device's topic goes nowhere, and ends like any other", async () => {
  const { client } = await deviceCalled("curious");

  await client.publishAsync(topics.reports("neighbour"), "not mine", { qos: 2 });

  await client.publishAsync(topics.reports("curious"), "mine", { qos: 2 });
  await expect.poll(() => taken("curious"), soon).toEqual(["mine"]);
  expect(await taken("neighbour")).toEqual([]);
  await expect.poll(held, soon).toBe(0);
  await client.endAsync();
});

it("a will with QoS 2 is accepted, and taken when the connection breaks", async () => {
  const topic = topics.reports("testator");
  const will = { topic, payload: Buffer.from("offline"), qos: 2, retain: false } as const;
  const { client } = await deviceCalled("testator", { will });

  client.stream.destroy();

  await expect.poll(() => taken("testator"), soon).toEqual(["offline"]);
});
