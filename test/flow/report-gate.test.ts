/** What a device reports at QoS 1 and its edge acknowledges is stored, whatever becomes of the streams. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reportGate } from "../../app/contract/service-users.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { topics } from "../../app/contract/subjects.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import { gatePasswordFile } from "../../local/nats-processes.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { natsLogin } from "../support/nats-login.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let inspector: NatsConnection;
let maker: NatsConnection;
const soon = { timeout: 60_000, interval: 200 };

beforeAll(async () => {
  // Nobody takes away what is stored.
  region = await startTestRegion({ bridges: 0, inspectors: 0, auths: 1, reportGates: true });
  inspector = await connectAs(region, "report-inspector");
  maker = await connectAs(region, streamMaker("REPORT_INTAKE"));
});
afterAll(async () => {
  await maker?.close();
  await inspector?.close();
  await region?.stop();
});

const gates = ["report-gate-1", "report-gate-2"];
const ofGates = (metric: string, labels = {}) =>
  Promise.all(
    gates.map((name) =>
      metricOf({ url: `http://127.0.0.1:${region.layout.operations.get(name)}` }, metric, labels),
    ),
  );
const streams = async () => (await jetstreamManager(maker, { checkAPI: false })).streams;
const ingress = async () => (await streams()).info("REPORT_INGRESS");

/** Texts of the reports of one device, in the order of the stream. */
const reportsOf = async (clientId: string) =>
  (await readStream(inspector, "REPORT_INGRESS"))
    .filter(({ subject }) => subject.endsWith(`.${clientId}`))
    .map(({ payload }) => payload);

let numbered = 0;
/** A device at one of the two edges that sends numbered reports until it is told to stop. */
async function reporter(edge: number, everyMs: number) {
  const clientId = `pump-${++numbered}`;
  const password = await registerDevice(region, clientId);
  const { client } = await connectDevice(region, { clientId, password, edge });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const acknowledged: string[] = [];
  let stopped = false;
  const sending = (async () => {
    for (let n = 0; !stopped; n++) {
      await client.publishAsync(topics.reports(clientId), `${n}`, { qos: 1 });
      acknowledged.push(`${n}`);
      await delay(everyMs);
    }
  })();
  const stop = async () => {
    stopped = true;
    await Promise.race([sending, closed]);
    await client.endAsync(true);
    return acknowledged;
  };
  return { clientId, acknowledged, stop };
}
const reporters = (each: number) =>
  Promise.all(Array.from({ length: each }, (_, n) => reporter(n % 2, 60)));

/** Everything that was acknowledged is stored once and in order, soon. */
async function expectKept(all: Awaited<ReturnType<typeof reporters>>) {
  for (const { clientId, acknowledged: taken, stop } of all) {
    await expect.poll(() => taken.length, soon).toBeGreaterThan(20);
    const acknowledged = await stop();
    await expect.poll(() => reportsOf(clientId), soon).toEqual(acknowledged);
  }
}

/** The same for devices that their edge may have let go of: what it had not acknowledged may be stored, too. */
async function expectAcknowledgedKept(all: Awaited<ReturnType<typeof reporters>>) {
  for (const { clientId, stop } of all) {
    const acknowledged = await stop();
    const stored = async () => (await reportsOf(clientId)).slice(0, acknowledged.length);
    await expect.poll(stored, soon).toEqual(acknowledged);
  }
}
async function untilSending(all: Awaited<ReturnType<typeof reporters>>) {
  for (const { acknowledged } of all) {
    await expect.poll(() => acknowledged.length, soon).toBeGreaterThan(20);
  }
}

it("reaches the gate of its own edge and no other, and is stored once and in order", async () => {
  const [first] = await ofGates("sentinel_meter_messages_total", { kind: "report" });
  const device = await reporter(0, 10);
  await expect.poll(() => device.acknowledged.length, soon).toBeGreaterThan(50);
  const acknowledged = await device.stop();
  await expect.poll(() => reportsOf(device.clientId), soon).toEqual(acknowledged);
  const counted = await ofGates("sentinel_meter_messages_total", { kind: "report" });
  expect(counted).toEqual([(first ?? 0) + acknowledged.length, 0]);
});

describe("nothing of it is lost", () => {
  afterEach(async () => {
    await expect.poll(() => ofGates("sentinel_report_gate_held_reports"), soon).toEqual([0, 0]);
    for (const reason of ["cut-off", "no-room"]) {
      expect(await ofGates("sentinel_report_gate_shed_reports_total", { reason })).toEqual([0, 0]);
    }
  });

  it("when the leader of REPORT_INGRESS is killed", async () => {
    const all = await reporters(4);
    await untilSending(all);
    const { cluster } = await ingress();
    const leader = region.process(cluster?.leader ?? "");
    leader.kill("SIGKILL");
    await delay(3_000);
    await leader.start();
    const after = await reporters(4);
    await untilSending(after);
    // It may have led the edges' own streams, too; an edge that waits longer than 5 s for them lets go of who sends.
    await expectAcknowledgedKept([...all, ...after]);
  });

  it("when REPORT_INGRESS is full for a while", async () => {
    const { config } = await ingress();
    const all = await reporters(4);
    await (await streams()).update("REPORT_INGRESS", { ...config, max_bytes: 1 });
    await expect
      .poll(async () => Math.min(...(await ofGates("sentinel_report_gate_held_reports"))), soon)
      .toBeGreaterThan(60);
    await (await streams()).update("REPORT_INGRESS", config);
    await expectKept(all);
  });

  it("when every core server is away for ten seconds", async () => {
    const all = await reporters(4);
    await untilSending(all);
    const core = ["core-1", "core-2", "core-3"].map((name) => region.process(name));
    for (const server of core) server.kill("SIGKILL");
    await delay(10_000);
    await Promise.all(core.map((server) => server.start()));
    // Meanwhile the edge acknowledges nothing, and lets go of devices that send.
    await expectAcknowledgedKept(all);
  });

  it("when its edge starts anew, which then has another password for its gate", async () => {
    const port = region.layout.edges[1]?.client ?? 0;
    const password = () =>
      readFileSync(gatePasswordFile(join(region.directory, "state/nats"), 2), "utf8").trim();
    const login = async (pass: string) =>
      (await natsLogin(region, { port, user: reportGate, pass })).includes(
        "Authorization Violation",
      )
        ? "refused"
        : "admitted";
    const [elsewhere, before] = [await reporter(0, 60), await reporter(1, 60)];
    await expect.poll(() => before.acknowledged.length, soon).toBeGreaterThan(20);
    const { pid } = region.process("report-gate-2");
    const old = password();
    expect(await login(old)).toBe("admitted");
    const acknowledged = await before.stop();

    await region.process("edge-2").stop();
    await region.process("edge-2").start();

    await region.process("report-gate-2").ready();
    expect(region.process("report-gate-2").pid).toBe(pid);
    expect([password() === old, await login(old), await login(password())]).toEqual([
      ...[false, "refused", "admitted"],
    ]);
    const after = await reporter(1, 60);
    await expect.poll(() => after.acknowledged.length, soon).toBeGreaterThan(20);
    await expect.poll(() => reportsOf(before.clientId), soon).toEqual(acknowledged);
    await expectKept([elsewhere, after]);
  });

  it("when the gate is told to end", async () => {
    const all = await reporters(2);
    await delay(1_500);
    const stopped = await Promise.all(all.map(({ stop }) => stop()));
    for (const name of gates) await region.process(name).stop();
    for (const name of gates) await region.process(name).start();
    for (const [n, acknowledged] of stopped.entries()) {
      await expect.poll(() => reportsOf(all[n]?.clientId ?? ""), soon).toEqual(acknowledged);
    }
  });
});
