/** What nats-server's MQTT layer stores for devices has bounds that no device can move. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mqttStreamDefinitions } from "../../app/contract/mqtt-streams.ts";
import { topics } from "../../app/contract/subjects.ts";
import { provisionMqttStreams } from "../../app/provision/provision-mqtt.ts";
import { createLog } from "../../app/shared/log.ts";
import type { JetStreamManager } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { type MqttRegion, startMqttRegion } from "../support/mqtt-region.ts";
import { connectRawDevice, packets } from "../support/raw-device.ts";
import { connectAs, readStream } from "../support/stored.ts";

let here: MqttRegion;
let region: Region;
let jsm: JetStreamManager;
const soon = { timeout: 60_000, interval: 50 };
const definitions = mqttStreamDefinitions(3);

beforeAll(async () => {
  here = await startMqttRegion();
  ({ region, jsm } = here);
});
afterAll(() => here?.stop());

const bytesOf = async (name: string) => (await jsm.streams.info(name)).state.bytes;

it("many devices that come at once to an edge that nobody has used yet are admitted", async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `first-${n}`);
  const passwords = await Promise.all(ids.map((id) => registerDevice(region, id)));
  const devices = await Promise.all(
    ids.map((clientId, n) => connectDevice(region, { clientId, password: passwords[n] ?? "" })),
  );
  await Promise.all(devices.map(({ client }) => client.endAsync()));
});

it.each(
  definitions.map((definition) => [definition.name, definition] as const),
)("%s is as the contract says, also after devices have connected", async (name, definition) => {
  const password = await registerDevice(region, `any-${name.slice(6)}`);
  const { client } = await connectDevice(region, { clientId: `any-${name.slice(6)}`, password });
  await client.endAsync();

  const { config } = await jsm.streams.info(name);
  expect(config).toMatchObject({ ...definition });
  expect(config.max_bytes).toBeGreaterThan(0);
});

it("what an edge made without bounds is bounded, or made anew", async () => {
  const log = createLog("test", "silent");
  await jsm.streams.delete("$MQTT_msgs");
  await jsm.streams.add({ name: "$MQTT_msgs", subjects: ["$MQTT.msgs.>"], retention: "interest" });
  await jsm.streams.update("$MQTT_sess", { max_bytes: -1 });

  await provisionMqttStreams(jsm, definitions, log);

  for (const definition of definitions) {
    expect((await jsm.streams.info(definition.name)).config).toMatchObject({ ...definition });
  }
});

it("the flag of a retained report stores nothing, and the report goes its way", async () => {
  const password = await registerDevice(region, "retaining");
  const device = await connectRawDevice(region, { clientId: "retaining", password });
  const inspector = await connectAs(region, "report-inspector");
  const payload = "x".repeat(20_000);

  for (let i = 0; i < 10; i++) {
    device.socket.write(packets.publish(topics.reports("retaining"), payload, true));
    await delay(20);
  }

  const reports = () => readStream(inspector, "REPORT_INGRESS", "ingress.*.device.retaining");
  await expect.poll(async () => (await reports()).length, soon).toBe(10);
  expect(await bytesOf("$MQTT_rmsgs")).toBe(0);
  expect(device.isClosed()).toBe(false);
  device.socket.destroy();
  await inspector.close();
});

it("a device subscribes at QoS 1, and reports at QoS 1 are acknowledged", async () => {
  const password = await registerDevice(region, "careful");
  const { client } = await connectDevice(region, { clientId: "careful", password });

  const [granted] = await client.subscribeAsync(topics.alerts("careful"), { qos: 1 });
  await client.publishAsync(topics.reports("careful"), "{}", { qos: 1 });

  expect(granted?.qos).toBe(1);
  expect(await bytesOf("$MQTT_msgs")).toBe(0);
  await client.endAsync();
});
