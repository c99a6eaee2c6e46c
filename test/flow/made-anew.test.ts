/**
 * Streams that are made anew under the processes that read them: their numbers begin again, and
 * nothing that comes then may be taken for read.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishAlert } from "../../app/inspector/upstream-load.fixture.ts";
import { tellChange } from "../../app/registry/tell-change.ts";
import { type JetStreamClient, jetstream } from "../../app/shared/nats.ts";
import { eventually, InspectionFixture } from "../support/inspection.ts";
import { deleteStream, makeStream, permitDeletion } from "../support/made-anew.ts";

const clients = ["pump-1", "pump-2", "valve-1", "valve-2"];
let fixture: InspectionFixture;
let js: JetStreamClient;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  permitDeletion(fixture.region);
  js = jetstream(await fixture.nats("bridge"));
  await fixture.register(clients);
  await fixture.inspector("inspector-1");
  await fixture.inspector("inspector-2");
  await fixture.inspector("report-inspector-1");
  await allOwned();
});
afterAll(() => fixture?.stop());

const allOwned = () =>
  eventually(
    () => fixture.shares(),
    (shares) => shares.join() === "12,6,6",
  );

async function publishAlerts(name: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await publishAlert(js, clients[i % clients.length] ?? "", `{"id":"${name}-${i}"}`);
  }
}

/** Ids of what a stream has of one load. */
async function idsIn(stream: string, name: string): Promise<Set<string>> {
  const stored = await fixture.stored(stream, () => true);
  const ids = stored.map(({ text }) => String(JSON.parse(text).id));
  return new Set(ids.filter((id) => id.startsWith(`${name}-`)));
}
const arrive = (stream: string, name: string, count: number) =>
  eventually(
    () => idsIn(stream, name),
    (ids) => ids.size === count,
    60_000,
  );

describe("the log of alerts", () => {
  it("is read from its first message when it was made anew under the inspectors", async () => {
    await publishAlerts("before", 400);
    await arrive("MQTT_ALERTS", "before", 400);
    await deleteStream(fixture.region, "INGRESS");
    await makeStream(fixture.region, "INGRESS");
    // Fewer than there were: all of them have numbers that were read before.
    await publishAlerts("anew", 250);
    await arrive("MQTT_ALERTS", "anew", 250);
    await allOwned();
    // And more than that, which have the numbers of the next.
    await publishAlerts("next", 250);
    await arrive("MQTT_ALERTS", "next", 250);
  });

  it("is missed while there is none", async () => {
    await deleteStream(fixture.region, "INGRESS");
    await eventually(
      () => fixture.notReady("inspector-1"),
      (reason) => reason?.includes("stream not found") === true,
    );
    expect(await fixture.notReady("report-inspector-1")).toBeUndefined();
    await makeStream(fixture.region, "INGRESS");
    await publishAlerts("again", 20);
    await arrive("MQTT_ALERTS", "again", 20);
    await eventually(
      () => fixture.notReady("inspector-1"),
      (reason) => reason === undefined,
    );
  });
});

describe("the entries of the partitions", () => {
  it("are written again by their owners when the bucket was made anew", async () => {
    await deleteStream(fixture.region, "KV_partitions");
    await makeStream(fixture.region, "KV_partitions");
    await eventually(
      () => fixture.metric("inspector-1", "lease_losses_total"),
      (lost) => lost > 0,
    );
    await allOwned();
    await publishAlerts("entries", 50);
    await arrive("MQTT_ALERTS", "entries", 50);
  });

  it("are missed while there is no bucket", async () => {
    await deleteStream(fixture.region, "KV_report-partitions");
    await eventually(
      () => fixture.notReady("report-inspector-1"),
      (reason) => reason !== undefined,
    );
    await makeStream(fixture.region, "KV_report-partitions");
    await eventually(
      () => fixture.notReady("report-inspector-1"),
      (reason) => reason === undefined,
    );
    await allOwned();
  });
});

it("the log of reports is read from its first message when it was made anew", async () => {
  const device = await fixture.device("pump-1");
  const send = async (name: string, count: number) => {
    for (let i = 0; i < count; i++) {
      await device.publishAsync("clients/pump-1/reports", `{"id":"${name}-${i}"}`, { qos: 1 });
    }
  };
  await send("before", 40);
  await arrive("REPORTS", "before", 40);
  await deleteStream(fixture.region, "REPORT_INGRESS");
  await makeStream(fixture.region, "REPORT_INGRESS");
  // Until the edge has heard that somebody takes reports again, they are nobody's.
  await eventually(
    async () => {
      await send("probe", 1);
      return (await idsIn("REPORTS", "probe")).size;
    },
    (probes) => probes === 1,
  );
  await send("anew", 30);
  await arrive("REPORTS", "anew", 30);
});

it("a change of the registry ends sessions when its stream was made anew", async () => {
  const tell = tellChange(jetstream(await fixture.nats("operator")));
  const told = (clientId: string) =>
    tell({ clientId, kind: "revoked", version: 1 }, AbortSignal.timeout(10_000));
  for (const clientId of ["pump-2", "pump-1", "valve-1"]) await told(clientId);
  const device = await fixture.device("valve-2");
  await deleteStream(fixture.region, "REGISTRY_CHANGES");
  await makeStream(fixture.region, "REGISTRY_CHANGES");
  await fixture.register(["valve-2"], "revoked");
  await told("valve-2");
  await eventually(
    () => device.connected,
    (connected) => !connected,
  );
});
