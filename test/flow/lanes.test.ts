/** Whatever devices send, and however much one device is sent, alerts to the others go on. */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { topics } from "../../app/contract/subjects.ts";
import { parseMetrics, total } from "../../app/shared/process-metrics.ts";
import type { Region } from "../../local/region.ts";
import { AlertWatch } from "../support/alert-watch.ts";
import { connectDevice, connectPublisher, registerDevice } from "../support/clients.ts";
import type { FloodOrders } from "../support/flooding-device.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

/** 64 KiB in which every escape is tried in every layer, and none is one. */
const hostile = `%252541${"&a;".repeat(21_843)}`;
const inspectors = ["inspector-1", "inspector-2", "report-inspector-1"];
const bridges = ["bridge-1", "bridge-2"];
const figures = (name: string, values: object) =>
  process.env["TEST_FIGURES"] && console.log(name, JSON.stringify(values));

let region: Region;
let watch: AlertWatch;

beforeAll(async () => {
  region = await startTestRegion();
  watch = await AlertWatch.start(
    region,
    Array.from({ length: 24 }, (_, i) => `watched-${i}`),
  );
  await watch.stretch("warm-up", 5, 100);
});
afterAll(async () => {
  await watch?.stop();
  await region?.stop();
});

async function sumOf(processes: readonly string[], metric: string): Promise<number> {
  const values = processes.map(async (name) => {
    const url = region.endpoints.processUrls.get(name);
    return total(parseMetrics(await (await fetch(`${url}/metrics`)).text()), metric);
  });
  return (await Promise.all(values)).reduce((sum, value) => sum + value, 0);
}

/** Runs something and tells whether a bridge has paused meanwhile: to come back takes it 300 ms. */
async function pausedDuring<T>(work: () => Promise<T>): Promise<[result: T, paused: boolean]> {
  let [paused, over] = [false, false];
  const watching = (async () => {
    while (!over) {
      paused ||= (await sumOf(bridges, "sentinel_bridge_paused")) > 0;
      await delay(50);
    }
  })();
  const result = await work().finally(() => {
    over = true;
  });
  await watching;
  return [result, paused];
}

async function flood(clientId: string, particulars: Pick<FloodOrders, "perSecond" | "seconds">) {
  const password = await registerDevice(region, clientId);
  const child = fork(join(import.meta.dirname, "../support/flooding-device.ts"));
  const { caFile } = region.certificates;
  const [url = ""] = region.endpoints.edgeUrls;
  child.send({ url, caFile, clientId, password, report: hostile, ...particulars });
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`exit ${code}`)));
  ended.catch(() => {});
  const told = once(child, "message") as Promise<[{ sent: number }]>;
  const [{ sent }] = await Promise.race([told, ended]);
  return sent;
}

it("devices that flood with hostile reports hold up no alert, cost no lease and stop no honest report", async () => {
  const quiet = await watch.stretch("quiet", 6, 100);
  // Whoever was cut off in an attempt before is kept out.
  const attempt = randomBytes(3).toString("hex");
  const floods = [1, 2, 3, 4].map((n) =>
    flood(`flooder-${attempt}-${n}`, { perSecond: 50, seconds: 8 }),
  );
  const [flooded, paused] = await pausedDuring(() => watch.stretch("flooded", 8, 100));
  const sent = (await Promise.all(floods)).reduce((sum, count) => sum + count, 0);
  figures("flood", { quiet, flooded, sent });

  // Each until it is cut off: with the fourth of them it has sent all that it may at once of large ones.
  expect(sent).toBeGreaterThanOrEqual(4 * 4);
  expect(flooded.arrived).toBe(flooded.sent);
  // One flooder alone once brought this to many seconds. The rest is this machine's processors.
  expect(flooded.p99).toBeLessThan(Math.max(5_000, 3 * quiet.p99));
  expect(await sumOf(inspectors, "sentinel_inspector_lease_losses_total")).toBe(0);
  expect(paused).toBe(false);
  expect(await sumOf(bridges, "sentinel_bridge_shed_messages_total")).toBe(0);

  const password = await registerDevice(region, "honest");
  const { client } = await connectDevice(region, { clientId: "honest", password });
  await client.publishAsync(topics.reports("honest"), '{"temperature":21.5}', { qos: 1 });
  const reader = await connectAs(region, "operator");
  const passed = async () => (await readStream(reader, "REPORTS", "reports.honest")).length;
  await expect.poll(passed, { timeout: 60_000 }).toBe(1);
  await Promise.all([client.endAsync(true), reader.close()]);
});

it("alerts overtake 3,000 that one device is sent at once; it gets all of them, once and in order", async () => {
  const clientId = "crowded";
  const password = await registerDevice(region, clientId);
  const { client, received } = await connectDevice(region, { clientId, password });
  await client.subscribeAsync(topics.alerts(clientId));
  const { client: publisher } = await connectPublisher(region, { clientId: "crowd" });

  const burst = 3_000;
  const texts = Array.from({ length: burst }, (_, n) => JSON.stringify({ id: `crowd-${n}` }));
  const [others, paused] = await pausedDuring(async () => {
    for (const text of texts) publisher.publish(topics.alerts(clientId), text, { qos: 1 });
    const overtaking = await watch.stretch("overtaking", 0.5, 100);
    const before = received.length;
    await expect.poll(() => received.length, { timeout: 60_000 }).toBe(burst);
    return { ...overtaking, before };
  });
  figures("burst", others);

  expect(others.arrived).toBe(others.sent);
  expect(others.before).toBeLessThan(burst);
  expect(paused).toBe(false);
  expect(received.map(({ payload }) => payload)).toEqual(texts);
  await Promise.all([client.endAsync(true), publisher.endAsync(true)]);
});
