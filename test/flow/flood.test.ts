/** A device that sends more than any may is out within seconds, and nobody else with it. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headers, timestamp } from "../../app/contract/headers.ts";
import { reportGate } from "../../app/contract/service-users.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { jetstream, messageHeaders, type NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectRawDevice, packets } from "../support/raw-device.ts";
import { connectAs, readAudit, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let operator: NatsConnection;
const soon = { timeout: 60_000, interval: 50 };
/** For hundreds of reports of one device, which are stored one after the other. */
const inTheEnd = { timeout: 240_000, interval: 250 };
const notAuthorized = 5;
/** How long a flooder goes on when nobody stops it. How soon each is off, `bench/flood.ts` measures. */
const floodMs = 60_000;

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, auths: 2, meters: 2 });
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await operator?.close();
  await region?.stop();
});

async function rawDevice(clientId: string) {
  const password = await registerDevice(region, clientId);
  return { password, device: await connectRawDevice(region, { clientId, password }) };
}
const report = (clientId: string, payload = "x".repeat(100), retain = false) =>
  packets.publish(topics.reports(clientId), payload, retain);

interface Logon {
  readonly activity_id: number;
  readonly status_code?: string;
  readonly status_detail?: string;
}
const cutOffsOf = async (clientId: string) =>
  (await readAudit<Logon>(operator, `audit.auth.${clientId}`)).filter(
    (event) => event.activity_id === 2,
  );
const findingsOf = async (clientId: string) =>
  (await readStream(operator, "SECURITY_EVENTS", `events.anomaly.${clientId}`))
    .map(({ payload }) => JSON.parse(payload))
    .filter(({ finding_info }) => finding_info.analytic.uid === "device-flood");
const loginCode = (clientId: string, password: string) =>
  connectDevice(region, { clientId, password }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return 0;
    },
    (error: { code: number }) => error.code,
  );

describe("a device that has never been seen and sends 1,500 reports a second", () => {
  it("is cut off, once in AUDIT and in a finding, and kept out; others are not", async () => {
    const { device, password } = await rawDevice("flooder");
    const honest = await rawDevice("honest");
    const neighbour = await registerDevice(region, "neighbour");

    const honestSent = honest.device.flood(report("honest"), 10, 6_000);
    await device.flood(report("flooder"), 1_500, floodMs);

    expect(device.isClosed()).toBe(true);
    expect(await loginCode("flooder", password)).toBe(notAuthorized);
    expect(await loginCode("neighbour", neighbour)).toBe(0);
    await expect
      .poll(() => cutOffsOf("flooder"), soon)
      .toMatchObject([{ status_code: "cut-off", status_detail: "messages" }]);
    await expect
      .poll(() => findingsOf("flooder"), soon)
      .toMatchObject([{ class_uid: 2004, severity_id: 4, resources: [{ uid: "flooder" }] }]);
    // Time for whatever would tell a second time.
    await honestSent;
    expect(await cutOffsOf("flooder")).toHaveLength(1);
    expect(await findingsOf("flooder")).toHaveLength(1);
    const stored = () => readStream(operator, "REPORTS", "reports.honest");
    await expect.poll(async () => (await stored()).length, soon).toBeGreaterThanOrEqual(50);
  });

  it("is still kept out by an auth process that has started since, and is in its metrics", async () => {
    const { device, password } = await rawDevice("persistent");
    await device.flood(report("persistent"), 1_500, floodMs);
    const first = region.process("auth-1");
    await first.stop();
    await first.start();
    await region.process("auth-2").stop();
    const url = `http://127.0.0.1:${region.layout.operations.get("auth-1")}`;
    await expect
      .poll(() => metricOf({ url }, "sentinel_auth_cut_off_devices"), soon)
      .toBeGreaterThan(0);

    expect(await loginCode("persistent", password)).toBe(notAuthorized);
    expect(
      await metricOf({ url }, "sentinel_auth_decisions_total", {
        outcome: "refuse",
        code: "cut-off",
      }),
    ).toBe(1);
    await region.process("auth-2").start();
  });
});

it.each([
  ["sends reports of 60 kB", "bulky", "bytes"],
  ["sends reports of nothing", "hasty", "messages"],
])("a device that %s is cut off", async (_, clientId, limit) => {
  const { device } = await rawDevice(clientId);
  const payload = limit === "bytes" ? "x".repeat(60_000) : "";

  await device.flood(report(clientId, payload), limit === "bytes" ? 200 : 1_500, floodMs);

  expect(device.isClosed()).toBe(true);
  await expect.poll(() => cutOffsOf(clientId), soon).toMatchObject([{ status_detail: limit }]);
});

it("a device that sends eight reports of 60 kB at once, and nothing more, is cut off; who sends four is not", async () => {
  const large = (clientId: string, count: number) =>
    Buffer.concat(Array.from({ length: count }, () => report(clientId, "x".repeat(60_000))));
  const [eight, four] = [await rawDevice("eight-large"), await rawDevice("four-large")];

  four.device.socket.write(large("four-large", 4));
  eight.device.socket.write(large("eight-large", 8));

  await eight.device.closed;
  await expect
    .poll(() => cutOffsOf("eight-large"), soon)
    .toMatchObject([{ status_detail: "bytes" }]);
  const stored = () => readStream(operator, "REPORTS", subjects.reports("four-large"));
  await expect.poll(async () => (await stored()).length, soon).toBe(4);
  expect(four.device.isClosed()).toBe(false);
  four.device.socket.destroy();
});

interface Habit {
  readonly clientId: string;
  readonly everyMs: number;
  /** By how much the clock of its gate is put back half-way. */
  readonly stepMs: number;
}
const outageMs = 3_600_000;
const usualReadings = 60;
const reading = (n: number, atMs: number) => JSON.stringify({ n, at: new Date(atMs), value: 21.5 });

/** A device that has sent its readings for a while, as its gate stored them, until an hour ago. */
async function withHabit(gate: NatsConnection, { clientId, everyMs, stepMs }: Habit) {
  const password = await registerDevice(region, clientId);
  const untilMs = Date.now() - outageMs;
  for (let n = 0; n < usualReadings; n++) {
    const takenMs = untilMs - (usualReadings - n) * everyMs + (n < usualReadings / 2 ? stepMs : 0);
    const told = messageHeaders();
    told.set(headers.received, timestamp(takenMs));
    const subject = subjects.ingress("device", clientId);
    await jetstream(gate).publish(subject, reading(n, takenMs), { headers: told });
  }
  return password;
}

/** It is back, and sends what it has kept, 10 ms apart. @returns how many were acknowledged. */
async function sendKept({ clientId, everyMs, stepMs }: Habit, password: string) {
  const { client } = await connectDevice(region, { clientId, password });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const kept = outageMs / everyMs;
  const acknowledged: Promise<unknown>[] = [];
  for (let n = 0; n < kept; n++) {
    const atMs = Date.now() - outageMs + n * everyMs + (n % 7 === 0 ? stepMs : 0);
    const payload = reading(usualReadings + n, atMs);
    acknowledged.push(client.publishAsync(topics.reports(clientId), payload, { qos: 1 }));
    await delay(10);
  }
  await Promise.race([Promise.all(acknowledged), closed]);
  expect(client.connected).toBe(true);
  await client.endAsync();
  return kept;
}

let habits = 0;
it.each([
  { what: "60 readings", everyMs: 60_000, stepMs: 0 },
  { what: "600 readings", everyMs: 6_000, stepMs: 0 },
  { what: "60 readings with time stamps that step", everyMs: 60_000, stepMs: 1_800_000 },
  { what: "600 readings with time stamps that step", everyMs: 6_000, stepMs: 1_800_000 },
])("a device with a habit that was cut off and then sends $what, 10 ms apart, has all of them stored, and who floods beside it does not stay", async ({
  everyMs,
  stepMs,
}) => {
  const gate = await connectAs(region, reportGate);
  const honest = { clientId: `kept-${++habits}`, everyMs, stepMs };
  const other = { ...honest, clientId: `after-silence-${habits}` };
  const password = await withHabit(gate, honest);
  const flooder = { clientId: other.clientId, password: await withHabit(gate, other) };
  await gate.close();
  const { flood, isClosed } = await connectRawDevice(region, flooder);

  const flooding = flood(report(flooder.clientId), 1_500, floodMs);
  const kept = await sendKept(honest, password);
  await flooding;

  const stored = async () =>
    (await readStream(operator, "REPORTS", subjects.reports(honest.clientId))).map(
      ({ payload }) => JSON.parse(payload).n,
    );
  await expect
    .poll(stored, inTheEnd)
    .toEqual(Array.from({ length: usualReadings + kept }, (_, n) => n));
  const held = subjects.quarantine("device", honest.clientId);
  expect(await readStream(operator, "QUARANTINE", held)).toEqual([]);
  expect(await cutOffsOf(honest.clientId)).toEqual([]);
  expect(isClosed()).toBe(true);
  await expect
    .poll(() => cutOffsOf(flooder.clientId), soon)
    .toMatchObject([{ status_detail: "messages" }]);
});

it("a device that subscribes at QoS 1 and unsubscribes in a loop is cut off", async () => {
  const { device } = await rawDevice("looper");
  const topic = topics.alerts("looper");

  await device.loop([packets.subscribe(topic, 1), packets.unsubscribe(topic)], floodMs);

  expect(device.isClosed()).toBe(true);
  await expect
    .poll(() => cutOffsOf("looper"), soon)
    .toMatchObject([{ status_detail: "session-changes" }]);
});

it.each([
  ["its own reports", "withholding", topics.reports("withholding")],
  ["another's reports, who is left alone", "framing", topics.reports("framed")],
  ["no topic of ours", "straying", "x/y"],
])("a device that sends %s at QoS 2 and releases nothing is off before it has filled what is held", async (_, clientId, topic) => {
  const { device } = await rawDevice(clientId);
  for (let id = 1; id < 2_000 && !device.isClosed(); id++) {
    device.socket.write(packets.hold(topic, "x".repeat(60_000), id));
    await delay(5);
  }

  expect(device.isClosed()).toBe(true);
  await expect.poll(() => cutOffsOf(clientId), soon).toMatchObject([{ status_detail: "bytes" }]);
  expect(await cutOffsOf("framed")).toEqual([]);
});

it("a device that logs in again and again is kept out", async () => {
  const password = await registerDevice(region, "restless");
  const startedMs = performance.now();
  let refused: unknown;
  while (refused === undefined && performance.now() - startedMs < floodMs) {
    const login = connectRawDevice(region, { clientId: "restless", password });
    refused = await login.then(
      ({ socket }) => void socket.destroy(),
      // A login without an answer is no refusal.
      (error) => (error.code === notAuthorized ? error : undefined),
    );
  }

  expect(refused).toMatchObject({ code: notAuthorized });
  await expect
    .poll(() => cutOffsOf("restless"), soon)
    .toMatchObject([{ status_detail: "session-changes" }]);
});
