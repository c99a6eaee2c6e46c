/** A device may subscribe with the QoS that its SDK asks for, however many have before it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subjects, topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { mqttStream } from "../support/mqtt-streams.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";
import { probe, untilHeard } from "../support/until-heard.ts";

let region: Region;
let inspector: NatsConnection;
let load: Load | undefined;
const soon = { timeout: 60_000, interval: 20 };

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 2, bridges: 1, inspectors: 1, auths: 2 });
  inspector = await connectAs(region, "inspector");
});
afterAll(async () => {
  load?.abort();
  await inspector?.close();
  await region?.stop();
});

const consumers = () =>
  Promise.all(
    ["$MQTT_msgs", "$MQTT_out"].map(
      async (name) => (await mqttStream(region, name)).consumer_count,
    ),
  );

async function subscriber(
  clientId: string,
  password: string,
  more: { qos: 1 | 2; clean: boolean },
) {
  const edge = 0;
  const device = await connectDevice(region, { clientId, password, edge, clean: more.clean });
  const grants = await device.client.subscribeAsync(topics.alerts(clientId), { qos: more.qos });
  return { ...device, granted: grants.map((grant) => grant.qos) };
}

describe.each([
  { qos: 1, clean: true },
  { qos: 1, clean: false },
  { qos: 2, clean: true },
  { qos: 2, clean: false },
] as const)("with QoS $qos and clean: $clean", ({ qos, clean }) => {
  const clientId = `asks-${qos}-${clean}`;

  it("a device gets its alerts, once, also after it came back", async () => {
    const password = await registerDevice(region, clientId);
    const first = await subscriber(clientId, password, { qos, clean });
    expect(first.granted).toEqual([qos]);
    await first.client.endAsync();

    expect(await consumers()).toEqual([0, 0]);

    const { client, received } = await subscriber(clientId, password, { qos, clean });
    const cameWith: number[] = [];
    client.on("message", (_topic, _payload, packet) => cameWith.push(packet.qos));
    await untilHeard(inspector, clientId, () => received.length > 0);
    inspector.publish(subjects.delivery(clientId), "first");
    inspector.publish(subjects.delivery(clientId), "second");
    await inspector.flush();

    // A stream has a thousand consumers at most, each dearer than the device's connection.
    expect(await consumers()).toEqual([0, 0]);
    const payloads = () => received.map(({ payload }) => payload).filter((each) => each !== probe);
    await expect.poll(payloads, soon).toEqual(["first", "second"]);
    expect(new Set(cameWith)).toEqual(new Set([0]));
    await client.endAsync();
  });
});

it("1,200 devices at once, more than a stream could have consumers, get an alert each", async () => {
  const devices = 1_200;
  load?.abort();
  load = await startLoad(region, { devices, rate: 200, connectRate: 40 });
  expect(load.state().fleet).toMatchObject({ connected: devices });
  const published = () => load?.state().publisher.acknowledged;
  // In turn, so that everybody has had one by then.
  await expect.poll(published, soon).toBeGreaterThanOrEqual(devices);
  expect(await consumers()).toEqual([0, 0]);

  const result = await load.finish(120_000);

  expect(result.fleet.delivered).toBeGreaterThanOrEqual(devices);
  expect({ lost: result.lost, ...result.fleet }).toMatchObject({
    ...{ lost: 0, connected: devices, misdelivered: 0 },
  });
});
