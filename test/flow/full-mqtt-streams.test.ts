/** What the streams of nats-server's MQTT layer do when they are full, filled by devices. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mqttStreamDefinitions } from "../../app/contract/mqtt-streams.ts";
import { topics } from "../../app/contract/subjects.ts";
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

const stateOf = async (name: string) => (await jsm.streams.info(name)).state;
async function bound(name: string, bytes?: number): Promise<void> {
  const definition = definitions.find((each) => each.name === name);
  await jsm.streams.update(name, { ...definition, ...(bytes && { max_bytes: bytes }) });
}

/** By the stream's name, the test that fills it. Each is below. */
const filled: Readonly<Record<(typeof definitions)[number]["name"], string>> = {
  $MQTT_sess: "forgets its oldest session",
  $MQTT_qos2in: "refuses",
  $MQTT_msgs: "stays empty",
  $MQTT_out: "stays empty",
  $MQTT_rmsgs: "stays empty",
};

it("every stream of the MQTT layer is filled here", () => {
  expect(definitions.map(({ name }) => name).toSorted()).toEqual(Object.keys(filled).toSorted());
});

it("$MQTT_sess forgets its oldest session when it is full: that device is refused once, and subscribes anew", async () => {
  const boundBytes = 4 * 1024;
  await bound("$MQTT_sess", boundBytes);
  const alerts = await connectAs(region, "inspector");
  const ids = Array.from({ length: 30 }, (_, n) => `session-${n}`);
  const passwords = new Map<string, string>();
  const login = (clientId: string) => {
    const password = passwords.get(clientId) ?? "";
    return connectDevice(region, { clientId, password, clean: false });
  };
  for (const id of ids) {
    passwords.set(id, await registerDevice(region, id));
    const { client } = await login(id);
    await client.subscribeAsync(topics.alerts(id));
    await client.endAsync();
  }
  expect((await stateOf("$MQTT_sess")).bytes).toBeLessThanOrEqual(boundBytes);

  // Its edge still remembers the session, finds it gone, and forgets it too.
  await expect(login("session-0")).rejects.toThrow();
  const oldest = await login("session-0");
  await oldest.client.subscribeAsync(topics.alerts("session-0"));
  alerts.publish("deliver.session-0.alerts", "after");

  await expect.poll(() => oldest.received.map(({ payload }) => payload), soon).toEqual(["after"]);
  await oldest.client.endAsync();
  await alerts.close();
  await bound("$MQTT_sess");
});

it("$MQTT_qos2in refuses when it is full: who sends at QoS 2 is cut and has to send again", async () => {
  const boundBytes = 256 * 1024;
  await bound("$MQTT_qos2in", boundBytes);
  const topic = topics.reports("withholding");
  const password = await registerDevice(region, "withholding");
  const raw = await connectRawDevice(region, { clientId: "withholding", password });
  for (let id = 1; id < 100 && !raw.isClosed(); id++) {
    raw.socket.write(packets.hold(topic, "x".repeat(16_000), id));
    await delay(10);
  }
  await raw.closed;
  const full = await stateOf("$MQTT_qos2in");
  expect(full.bytes).toBeLessThanOrEqual(boundBytes);
  expect(full.bytes).toBeGreaterThan(boundBytes - 2 * 16_384);

  const patient = await registerDevice(region, "patient");
  const connection = await connectDevice(region, {
    ...{ clientId: "patient", password: patient, clean: false, reconnectPeriod: 200 },
  });
  let refused = 0;
  connection.client.on("close", () => refused++);
  const sent = connection.client.publishAsync(topics.reports("patient"), "y".repeat(40_000), {
    qos: 2,
  });
  await expect.poll(() => refused, soon).toBeGreaterThan(0);
  // Who sends at QoS 1 does not notice.
  const plain = await registerDevice(region, "plain");
  const other = await connectDevice(region, { clientId: "plain", password: plain });
  await other.client.publishAsync(topics.reports("plain"), "meanwhile", { qos: 1 });
  expect(other.client.connected).toBe(true);
  await other.client.endAsync();
  await bound("$MQTT_qos2in");
  await sent;

  const inspector = await connectAs(region, "report-inspector");
  const taken = async () => {
    const all = await readStream(inspector, "REPORT_INGRESS", "ingress.*.device.patient");
    return all.filter((each) => each.payload.length === 40_000).length;
  };
  await expect.poll(taken, soon).toBe(1);
  await connection.client.endAsync(true);
  await inspector.close();
});

it.each(
  Object.entries(filled)
    .filter(([, what]) => what === "stays empty")
    .map(([name]) => name),
)("%s stays empty, whatever devices send at any QoS", async (name) => {
  const clientId = `sender-${name.slice(6)}`;
  const password = await registerDevice(region, clientId);
  const { client } = await connectDevice(region, { clientId, password });
  await client.subscribeAsync(topics.alerts(clientId), { qos: 1 });
  const payload = "x".repeat(8_000);
  for (const qos of [0, 1, 2] as const) {
    for (let n = 0; n < 10; n++) {
      await client.publishAsync(topics.reports(clientId), payload, { qos, retain: n % 2 === 0 });
    }
  }
  await expect.poll(async () => (await stateOf(name)).bytes, soon).toBe(0);
  await client.endAsync();
});
