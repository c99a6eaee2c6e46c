import { connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Broker, startBroker } from "../../test/support/broker.ts";
import { createLog } from "../shared/log.ts";
import { type UpstreamWatch, watchUpstream } from "./upstream-watch.ts";

const within = { timeout: 60_000, interval: 50 };
let broker: Broker;
let watch: UpstreamWatch;

beforeAll(async () => {
  // The broker tells once a second instead of every ten.
  broker = await startBroker((config) =>
    config.replace("autosave_interval 1\n", "autosave_interval 1\nsys_interval 1\n"),
  );
  watch = watchUpstream({
    settings: broker.access.settings("unused"),
    log: createLog("test", "silent"),
  });
}, 60_000);
afterAll(async () => {
  await watch?.close();
  await broker?.stop();
});

const absent = async () => {
  const { receiveMaximum, credentials, ...settings } = broker.access.settings("absent");
  const client = await connectAsync({
    ...{ ...settings, ...credentials(), protocol: "mqtts", protocolVersion: 5, clean: false },
    properties: { sessionExpiryInterval: 600 },
  });
  await client.subscribeAsync("clients/#", { qos: 1 });
  return client;
};

it("shows what the broker holds for a session that is away, and none when that has read it", {
  timeout: 120_000,
}, async () => {
  await (await absent()).endAsync();
  const sender = await broker.access.publisher();
  const payload = Buffer.alloc(1_000, "x");
  for (let n = 0; n < 300; n++)
    await sender.publishAsync(`clients/c${n}/alerts`, payload, { qos: 1 });
  await sender.endAsync();
  await expect.poll(() => watch.backlogBytes(), within).toBeGreaterThanOrEqual(300_000);
  expect(watch.backlogMessages()).toBeGreaterThanOrEqual(300);

  const reader = await absent();
  await expect.poll(() => watch.backlogBytes(), within).toBeLessThan(100_000);
  await reader.endAsync();
});

it("says nothing while the broker is away, and goes on when it is back", {
  timeout: 120_000,
}, async () => {
  await broker.process.stop();
  await expect.poll(() => watch.backlogBytes(), within).toBeNaN();
  await broker.process.start();
  // It tells what changes.
  const sender = await broker.access.publisher();
  const idle = await absent();
  await idle.endAsync();
  const held = async () => {
    await sender.publishAsync("clients/again/alerts", "x", { qos: 1 });
    return watch.backlogBytes();
  };
  await expect.poll(held, { ...within, interval: 500 }).toBeGreaterThan(0);
  await sender.endAsync();
});
