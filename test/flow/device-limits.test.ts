/** How much a single device can put on an edge, shown with the device's own means. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { deviceLimits, payloadLimitBytes } from "../../app/contract/limits.ts";
import { inboxPrefix } from "../../app/contract/service-user.ts";
import { mqttStreamMaker } from "../../app/contract/stream-makers.ts";
import { topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let inspector: NatsConnection;
const soon = { timeout: 60_000, interval: 50 };

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "report-inspector");
});
afterAll(async () => {
  await inspector?.close();
  await region?.stop();
});

const reportsOf = async (clientId: string) =>
  (await readStream(inspector, "REPORT_INGRESS", `ingress.*.device.${clientId}`)).map(
    (each) => each.payload.length,
  );

it("a report of the largest size is taken", async () => {
  const password = await registerDevice(region, "thorough");
  const { client } = await connectDevice(region, { clientId: "thorough", password });

  await client.publishAsync(topics.reports("thorough"), "x".repeat(payloadLimitBytes), { qos: 1 });

  await expect.poll(() => reportsOf("thorough"), soon).toEqual([payloadLimitBytes]);
  await client.endAsync(true);
});

it("a device that speaks MQTT 5 is told that its version is not understood", async () => {
  const password = await registerDevice(region, "modern");
  const asked = { clientId: "modern", password };

  await expect(connectDevice(region, { ...asked, protocolVersion: 5 })).rejects.toMatchObject({
    code: 1,
  });

  const { client } = await connectDevice(region, asked);
  await client.endAsync(true);
});

it("a device that sends more loses its connection, and nothing of it is stored", async () => {
  const password = await registerDevice(region, "verbose");
  const { client } = await connectDevice(region, { clientId: "verbose", password });
  const closed = new Promise<string>((resolve) => client.once("close", () => resolve("closed")));
  const tooMuch = "x".repeat(deviceLimits.messageBytes);
  const answered = client.publishAsync(topics.reports("verbose"), tooMuch, { qos: 1 });

  expect(await Promise.race([closed, answered])).toBe("closed");
  answered.catch(() => {});
  const again = await connectDevice(region, { clientId: "verbose", password });
  await again.client.publishAsync(topics.reports("verbose"), "short", { qos: 1 });
  await expect.poll(() => reportsOf("verbose"), soon).toEqual(["short".length]);
  await again.client.endAsync(true);
});

// A device cannot get so far: its permissions hold one topic. A user of the same account can.
it("a connection of account DEVICES that subscribes more is refused the rest", async () => {
  const connection = await connectAs(region, mqttStreamMaker);
  const errors: string[] = [];
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === "error") errors.push(status.error.message);
    }
  })();
  const subscribe = async (n: number) => {
    connection.subscribe(`${inboxPrefix(mqttStreamMaker)}.${n}`);
    await connection.flush();
  };
  for (let n = 0; n < deviceLimits.subscriptions; n++) await subscribe(n);
  expect(errors).toEqual([]);

  await subscribe(deviceLimits.subscriptions);

  await expect.poll(() => errors.join(), soon).toMatch(/maximum subscriptions exceeded/i);
  await connection.close();
});
