import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { eventually, InspectionFixture } from "../../test/support/inspection.ts";
import { layLink, type ManagedProcess } from "../../test/support/local-region.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { DeviceWatch } from "./device-watch.fixture.ts";
import { UpstreamLoad, type UpstreamLoadOptions } from "./upstream-load.fixture.ts";

const perSecond = 600;
/** How many of the load's clients are connected. */
const connected = 40;
const figures = (name: string, values: object) =>
  process.env["TEST_FIGURES"] && console.log(name, JSON.stringify(values));

let fixture: InspectionFixture;
let bridge: NatsConnection;
let replicas: ManagedProcess[];
let round = 0;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  bridge = await fixture.nats("bridge");
});
afterAll(() => fixture?.stop());

beforeEach(async () => {
  replicas = [await fixture.inspector("inspector-1"), await fixture.inspector("inspector-2")];
  await shares([6, 6]);
});
afterEach(() => fixture.endInspectors());

const shares = (wanted: readonly number[]) =>
  eventually(
    () => fixture.shares(),
    (seen) => JSON.stringify(seen) === JSON.stringify(wanted),
  );

/** Runs something in the middle of a steady load, and says what became of the alerts. */
async function underLoad(disturb: (watch: DeviceWatch) => Promise<void>) {
  const options: UpstreamLoadOptions = { prefix: `load${++round}-`, clients: 200, perSecond };
  await fixture.register(UpstreamLoad.clientsOf(options));
  const watch = new DeviceWatch(options);
  await watch.start(fixture, connected);
  const load = new UpstreamLoad(bridge, options);
  await delay(1_500);
  await disturb(watch);
  await load.stop();
  const stored = () =>
    fixture.stored("MQTT_ALERTS", (subject) => subject.startsWith(`clients.${options.prefix}`));
  const allStored = () => eventually(stored, (alerts) => alerts.length >= load.count);
  await allStored();
  await eventually(
    () => watch.missing(load.count),
    (missing) => missing === 0,
  );
  // A repetition would come late: once more, after the cursors have moved past everything.
  await delay(1_000);
  const arrival = load.arrivalOf(await allStored());
  const { latenciesMs, ...counts } = arrival;
  const at = (part: number) => latenciesMs[Math.floor((latenciesMs.length - 1) * part)] ?? 0;
  const summary = { ...counts, sent: load.count, p50: at(0.5), p99: at(0.99), max: at(1) };
  figures(expect.getState().currentTestName ?? "", summary);
  return summary;
}

it("shares the partitions evenly, with a third replica too, and hands back on SIGTERM", async () => {
  const third = await fixture.inspector("inspector-3");
  await shares([4, 4, 4]);
  const outcome = await underLoad(async () => {
    third.kill("SIGTERM");
    expect(await third.exited()).toBe(0);
    await shares([6, 6]);
    await delay(500);
  });
  expect(outcome).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
  // Handed over, not waited out.
  expect(await fixture.metric("inspector-1", "lease_losses_total")).toBe(0);
});

it("loses, repeats and reorders nothing when a replica is killed, and takes over in seconds", async () => {
  const outcome = await underLoad(async () => {
    replicas[0]?.kill("SIGKILL");
    await shares([12]);
    await delay(500);
  });
  expect(outcome).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
});

it("loses, repeats and reorders nothing when a replica stands still for 10 s and goes on, and devices get nothing late", async () => {
  let late = 0;
  const outcome = await underLoad(async (watch) => {
    await replicas[0]?.suspend();
    await eventually(
      () => fixture.metric("inspector-2", "partitions_owned"),
      (owned) => owned === 12,
    );
    await delay(10_000);
    const resumedMs = performance.now();
    replicas[0]?.resume();
    await shares([6, 6]);
    await delay(500);
    late = watch.late(resumedMs);
  });
  expect(late).toBe(0);
  expect(outcome).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
  // It noticed by itself or was told by a refused renewal; it did not carry on.
  expect(await fixture.metric("inspector-1", "lease_losses_total")).toBe(6);
});

it("sends devices nothing late when a replica was cut off until another one had taken over", async () => {
  await fixture.endInspectors();
  const link = await layLink(fixture.region.layout.cores[0]?.client ?? 0);
  await fixture.inspector("inspector-1", { NATS_SERVERS: `tls://127.0.0.1:${link.port}` });
  await fixture.inspector("inspector-2");
  await shares([6, 6]);
  let late = 0;
  const outcome = await underLoad(async (watch) => {
    link.cut();
    await eventually(
      () => fixture.metric("inspector-2", "partitions_owned"),
      (owned) => owned === 12,
    );
    await delay(2_000);
    const mendedMs = performance.now();
    link.mend();
    await shares([6, 6]);
    await delay(500);
    late = watch.late(mendedMs);
  });
  await link.close();
  expect(late).toBe(0);
  expect(outcome).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
});

it("goes on after the loss of a core server", async () => {
  const outcome = await underLoad(async () => {
    const core = fixture.region.process("core-2");
    core.kill("SIGKILL");
    await delay(3_000);
    await core.start();
    await delay(1_000);
  });
  expect(outcome).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
});
