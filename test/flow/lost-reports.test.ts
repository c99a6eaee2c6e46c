/** A report that REPORT_INGRESS refuses has no sender who waits for an answer: the meter counts it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { streamMaker } from "../../app/contract/service-users.ts";
import { topics } from "../../app/contract/subjects.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let maker: NatsConnection;
const soon = { timeout: 30_000, interval: 200 };
const sent = 150;

beforeAll(async () => {
  region = await startTestRegion({ edges: 1, bridges: 0, inspectors: 0, auths: 1, meters: 2 });
  maker = await connectAs(region, streamMaker("REPORT_INTAKE"));
});
afterAll(async () => {
  await maker?.close();
  await region?.stop();
});

const meters = () =>
  ["meter-1", "meter-2"].map((name) => ({
    url: `http://127.0.0.1:${region.layout.operations.get(name)}`,
  }));
const ofEach = (metric: string, labels = {}) =>
  Promise.all(meters().map((meter) => metricOf(meter, metric, labels)));
const lost = () => ofEach("sentinel_meter_lost_reports_total");

async function streams() {
  return (await jetstreamManager(maker, { checkAPI: false })).streams;
}
async function report(count: number) {
  const password = await registerDevice(region, `pump-${count}`);
  const { client } = await connectDevice(region, { clientId: `pump-${count}`, password });
  for (let n = 0; n < count; n++) {
    await client.publishAsync(topics.reports(`pump-${count}`), "x".repeat(4_000), { qos: 1 });
  }
  await client.endAsync();
}

it("as many as crossed and were refused are counted by each meter, and none of those stored", async () => {
  await report(20);
  await expect
    .poll(() => ofEach("sentinel_meter_messages_total", { kind: "report" }), soon)
    .toEqual([20, 20]);
  // Losses are counted from the first look on.
  await expect
    .poll(async () => Math.min(...(await ofEach("sentinel_meter_loss_checks_total"))), soon)
    .toBeGreaterThanOrEqual(2);
  const { config, state } = await (await streams()).info("REPORT_INGRESS");
  await (await streams()).update("REPORT_INGRESS", { ...config, max_bytes: 256 * 1024 });

  await report(sent);

  const full = (await (await streams()).info("REPORT_INGRESS")).state;
  expect(full.bytes).toBeLessThanOrEqual(256 * 1024);
  const refused = sent - (full.messages - state.messages);
  expect(refused).toBeGreaterThan(50);
  await expect.poll(lost, soon).toEqual([refused, refused]);

  await (await streams()).update("REPORT_INGRESS", config);
  await report(10);
  await expect
    .poll(async () => (await (await streams()).info("REPORT_INGRESS")).state.messages, soon)
    .toBe(full.messages + 10);
  expect(await lost()).toEqual([refused, refused]);
});
