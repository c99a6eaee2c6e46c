/** The examples that device makers are given, as they are, on real client libraries. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import { issueSecret } from "../../app/registry/secret.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { exampleFile, pythonWith, startExample } from "../support/device-example.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";
import { probe, untilHeard } from "../support/until-heard.ts";

const root = join(import.meta.dirname, "../..");
const soon = { timeout: 60_000, interval: 50 };
let region: Region;
let inspector: NatsConnection;
let reader: NatsConnection;

beforeAll(async () => {
  const { status, stdout, stderr } = spawnSync(join(root, "tools/bootstrap-device-clients.sh"), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "inspector");
  reader = await connectAs(region, "report-inspector");
});
afterAll(async () => {
  await Promise.all([inspector?.close(), reader?.close()]);
  await region?.stop();
});

const clients = [
  { name: "paho", command: [pythonWith("paho")], file: "device_paho.py" },
  // Into a pipe mosquitto_sub would write when it has some kilobytes.
  { name: "mosquitto", command: ["stdbuf", "-oL", "sh"], file: "mosquitto.sh" },
  { name: "mqttjs", command: [process.execPath], file: "mqttjs.mjs" },
] as const;

const start = ({ command, file }: (typeof clients)[number], id: string, secret: string) =>
  startExample(region, [...command, exampleFile(file)], { DEVICE_ID: id, DEVICE_SECRET: secret });

/** What an ESP32 would do with the example for ESP-IDF. */
function settingsOfBoard(id: string) {
  const text = readFileSync(exampleFile("esp_idf.c"), "utf8");
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? "";
  const topic = (name: string) => found(new RegExp(`"(clients/%s/${name})"`)).replace("%s", id);
  expect(found(/\.client_id = (\w+)/)).toBe("id");
  return {
    protocol: found(/\.uri = "(\w+):/),
    username: found(/\.username = (\w+)/) === "id" ? id : "",
    protocolVersion: { MQTT_PROTOCOL_V_3_1_1: 4 as const, MQTT_PROTOCOL_V_5: 5 as const }[
      found(/\.protocol_ver = (\w+)/)
    ],
    keepalive: Number(found(/\.keepalive = (\d+)/)),
    qos: Number(found(/subscribe\(event->client, topic, (\d)\)/)) as 0 | 1 | 2,
    ...{ alerts: topic("alerts"), reports: topic("reports") },
  };
}

it("a board with the example for ESP-IDF is admitted, granted its QoS and sends its report", async () => {
  const id = "example-board";
  const password = await registerDevice(region, id);
  const { protocol, alerts, reports, qos, ...settings } = settingsOfBoard(id);
  expect(protocol).toBe("mqtts");
  expect(settings.keepalive).toBeLessThanOrEqual(340);

  const { client, received } = await connectDevice(region, { clientId: id, password, ...settings });
  expect(await client.subscribeAsync(alerts, { qos })).toMatchObject([{ topic: alerts, qos }]);
  await client.publishAsync(reports, '{"reading":21.5}', { qos: 1 });
  await untilHeard(inspector, id, () => received.length > 0);
  inspector.publish(subjects.delivery(id), "door open");

  const alertsOfIt = () => received.map(({ payload }) => payload).filter((each) => each !== probe);
  await expect.poll(alertsOfIt, soon).toEqual(["door open"]);
  const stored = () => readStream(reader, "REPORT_INGRESS", `ingress.*.device.${id}`);
  await expect.poll(async () => (await stored()).length, soon).toBeGreaterThan(0);
  await client.endAsync();
});

describe.each(clients)("the example for $name", (client) => {
  it("sends its report, subscribes with QoS 1 and gets its alert", async () => {
    const id = `example-${client.name}`;
    const device = start(client, id, await registerDevice(region, id));

    await expect.poll(device.said, soon).toMatch(/subscribed/i);
    await untilHeard(inspector, id, () => device.said().includes(probe));
    inspector.publish(subjects.delivery(id), "door open");
    await inspector.flush();

    await expect.poll(device.said, soon).toContain("alert: door open");
    const reports = async () =>
      (await readStream(reader, "REPORT_INGRESS", `ingress.*.device.${id}`)).map((m) => m.payload);
    await expect.poll(reports, soon).toEqual(['{"reading":21.5}']);
    await device.stop();
  });

  it("says that it is refused, and comes again until it is admitted", async () => {
    const id = `refused-${client.name}`;
    const secret = issueSecret();
    const device = start(client, id, secret);

    await expect.poll(device.said, soon).toMatch(/not authori[sz]ed/i);
    await registerDevice(region, id, secret);
    await expect.poll(device.said, { ...soon, timeout: 60_000 }).toMatch(/subscribed/i);
    await device.stop();
  });
});
