/** A device without keep-alive, or with a long one, that falls silent: its connection ends in bounded time. */
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { subjects, topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

/** Instead of 510: long enough that who sends a PINGREQ every half second stays, however busy the machine is. */
const silentSeconds = 10;
const soon = { timeout: 60_000, interval: 100 };

let region: Region;
let inspector: NatsConnection;

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0 };
  region = await startTestRegion({ ...none, edges: 1, auths: 1, silentSeconds });
  inspector = await connectAs(region, "inspector");
});
afterAll(async () => {
  await inspector?.close();
  await region?.stop();
});

async function device(clientId: string, keepalive: number): Promise<MqttClient> {
  const password = await registerDevice(region, clientId);
  const { client } = await connectDevice(region, { clientId, password, keepalive });
  await client.subscribeAsync(topics.alerts(clientId));
  return client;
}
const metric = (process: string, name: string) =>
  metricOf({ url: `http://127.0.0.1:${region.layout.operations.get(process)}` }, name);

it("ends, also while alerts are sent to it; who says PINGREQ stays, though no alert comes", async () => {
  const pinging = await device("pinging", 60);
  const pings = setInterval(() => pinging.sendPing(), 500);
  const silent = {
    "no keep-alive": await device("silent", 0),
    "a keep-alive longer than the entrance bears": await device("rare", 3_600),
    "no keep-alive, and alerts": await device("alerted", 0),
  };
  let received = 0;
  silent["no keep-alive, and alerts"].on("message", () => received++);
  const alerts = setInterval(() => inspector.publish(subjects.delivery("alerted"), "again"), 100);

  const connected = () =>
    Object.entries(silent).flatMap(([which, { connected: is }]) => (is ? [which] : []));
  await expect.poll(connected, soon).toEqual([]);

  clearInterval(alerts);
  expect(received).toBeGreaterThan(0);
  // It connected before the others, so it would have been the first.
  expect(pinging.connected).toBe(true);
  await expect
    .poll(() => metric("auth-1", "sentinel_auth_silent_sessions_closed_total"), soon)
    .toBe(3);
  await expect
    .poll(() => metric("report-gate-1", "sentinel_report_gate_silent_lines"), soon)
    .toBe(0);
  expect(await metric("report-gate-1", "sentinel_report_gate_silent_lines_failures_total")).toBe(0);
  clearInterval(pings);
  await pinging.endAsync(true);
}, 180_000);
