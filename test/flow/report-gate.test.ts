/** What a device reports at QoS 1 and its edge acknowledges is stored, whatever becomes of the streams. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { reportGate } from "../../app/contract/service-users.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { topics } from "../../app/contract/subjects.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import { storedNow } from "../../app/shared/stored-messages.ts";
import { gatePasswordFile } from "../../local/nats-processes.ts";
import type { Region } from "../../local/region.ts";
import { connectInTime, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { natsLogin } from "../support/nats-login.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let inspector: NatsConnection;
let maker: NatsConnection;
const soon = { timeout: 60_000, interval: 100 };
/** Before the fault, while it lasts, and behind it. */
const third = 1_700;
/** Who sends more at once is cut off. */
const mostReports = 550;

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

/** Texts of the stored reports of each device, in the order of the stream. */
const stored = new Map<string, string[]>();
let nextSequence = 1;
/** Reads what was stored since the last time. */
async function readOn(): Promise<void> {
  const from = { sequence: nextSequence };
  for await (const { sequence, subject, data } of storedNow(inspector, "REPORT_INGRESS", {
    from,
  })) {
    const clientId = subject.slice(subject.lastIndexOf(".") + 1);
    const texts = stored.get(clientId) ?? [];
    texts.push(new TextDecoder().decode(data));
    stored.set(clientId, texts);
    nextSequence = sequence + 1;
  }
}
const reportsOf = async (clientId: string) => {
  await readOn();
  return stored.get(clientId) ?? [];
};

interface Sending {
  /** After an acknowledgement. */
  readonly everyMs?: number;
  readonly onTheirWay?: number;
}
let numbered = 0;
/** A device at one of the two edges that sends numbered reports until it is told to stop. */
async function reporter(edge: number, { everyMs = 60, onTheirWay = 1 }: Sending = {}) {
  const clientId = `pump-${++numbered}`;
  const password = await registerDevice(region, clientId);
  const { client } = await connectInTime(region, { clientId, password, edge });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const allAcknowledged = Promise.withResolvers<void>();
  const acknowledged: string[] = [];
  let sent = 0;
  let stopped = false;
  const settle = () => {
    if (stopped && acknowledged.length === sent) allAcknowledged.resolve();
  };
  const send = () => {
    if (stopped || sent === mostReports || !client.connected) return;
    const text = `${sent++}`;
    client.publish(topics.reports(clientId), text, { qos: 1 }, (error) => {
      if (error) return;
      acknowledged.push(text);
      settle();
      setTimeout(send, everyMs);
    });
  };
  for (let n = 0; n < onTheirWay; n++) send();
  const stop = async () => {
    stopped = true;
    settle();
    await Promise.race([allAcknowledged.promise, closed]);
    await client.endAsync(true);
    return acknowledged;
  };
  return { clientId, acknowledged, stop };
}
type Reporters = readonly Awaited<ReturnType<typeof reporter>>[];
const reporters = (each: number, sending?: Sending): Promise<Reporters> =>
  Promise.all(Array.from({ length: each }, (_, n) => reporter(n % 2, sending)));
/** Many devices, as fast as they are allowed to. */
const manyReporters = () => reporters(16, { everyMs: 2, onTheirWay: 4 });

const countOf = (...all: readonly Reporters[]) =>
  all.flat().reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
const untilAcknowledged = (count: number, ...all: readonly Reporters[]) =>
  expect.poll(() => countOf(...all), soon).toBeGreaterThanOrEqual(count);

/** Devices of which something that was acknowledged is not stored, stands in another order, or twice. */
async function wronged(all: Reporters, { exact = true } = {}): Promise<readonly string[]> {
  await readOn();
  return all.flatMap(({ clientId, acknowledged }) => {
    const found = stored.get(clientId) ?? [];
    const same = found.length === acknowledged.length || !exact;
    return same && acknowledged.every((text, n) => found[n] === text) ? [] : [clientId];
  });
}
/** Everything that was acknowledged is stored once and in order, soon. */
async function expectKept(all: Reporters): Promise<void> {
  await Promise.all(all.map(({ stop }) => stop()));
  await expect.poll(() => wronged(all), soon).toEqual([]);
}
/** The same for devices that their edge may have let go of: what it had not acknowledged may be stored, too. */
async function expectAcknowledgedKept(all: Reporters): Promise<void> {
  await Promise.all(all.map(({ stop }) => stop()));
  await expect.poll(() => wronged(all, { exact: false }), soon).toEqual([]);
}

it("reaches the gate of its own edge and no other, and is stored once and in order", async () => {
  const [first] = await ofGates("sentinel_meter_messages_total", { kind: "report" });
  const device = await reporter(0, { everyMs: 10 });
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

  it("of 5,000 reports, when the leader of REPORT_INGRESS is killed", async () => {
    const before = await manyReporters();
    await untilAcknowledged(third, before);
    const { cluster } = await ingress();
    const leader = region.process(cluster?.leader ?? "");
    leader.kill("SIGKILL");
    await leader.exited();
    // It may have led the edges' own streams, too; an edge that waits longer than 5 s for them lets go of who sends.
    const meanwhile = await manyReporters();
    await untilAcknowledged(third, meanwhile);
    await leader.start();
    const after = await manyReporters();
    await untilAcknowledged(third, after);

    await expectAcknowledgedKept([...before, ...meanwhile, ...after]);
    expect(countOf(before, meanwhile, after)).toBeGreaterThanOrEqual(5_000);
  });

  it("of 5,000 reports, when REPORT_INGRESS is full for a while", async () => {
    const { config } = await ingress();
    const all = await manyReporters();
    await untilAcknowledged(third, all);
    await (await streams()).update("REPORT_INGRESS", { ...config, max_bytes: 1 });
    const before = countOf(all);
    await untilAcknowledged(before + third, all);
    const held = async () => Math.min(...(await ofGates("sentinel_report_gate_held_reports")));
    await expect.poll(held, soon).toBeGreaterThan(third / 4);
    await (await streams()).update("REPORT_INGRESS", config);
    await untilAcknowledged(5_000, all);

    await expectKept(all);
  });

  it("of 5,000 reports, when every core server is away for ten seconds", async () => {
    const before = await manyReporters();
    await untilAcknowledged(2_500, before);
    const core = ["core-1", "core-2", "core-3"].map((name) => region.process(name));
    for (const server of core) server.kill("SIGKILL");
    await Promise.all(core.map((server) => server.exited()));
    // Meanwhile the edge acknowledges nothing, and lets go of devices that send.
    await delay(10_000);
    const held = await ofGates("sentinel_report_gate_held_reports");
    expect(Math.max(...held)).toBeGreaterThan(0);
    await Promise.all(core.map((server) => server.start()));
    const after = await manyReporters();
    await untilAcknowledged(2_500, after);

    await expectAcknowledgedKept([...before, ...after]);
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
    const [elsewhere, before] = [await reporter(0), await reporter(1)];
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
    const after = await reporter(1);
    await expect.poll(() => after.acknowledged.length, soon).toBeGreaterThan(20);
    await expect.poll(() => reportsOf(before.clientId), soon).toEqual(acknowledged);
    await expectKept([elsewhere, after]);
    expect(elsewhere.acknowledged.length).toBeGreaterThan(20);
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
