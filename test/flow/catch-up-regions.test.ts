/** A device that was away gets also what other regions took in for it meanwhile, however late it came here. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { readLast } from "../../app/shared/stored-messages.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { type LinkedRegions, startLinkedRegions } from "../support/linked-regions.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";

const soon = { timeout: 120_000, interval: 50 };
const caseMs = 240_000;
const here = "us-east";
const there = "eu-west";

let regions: LinkedRegions;
let ours: NatsConnection;
let theirs: NatsConnection;
let reader: NatsConnection;
let delivery: SourceProcess;

beforeAll(async () => {
  regions = await startLinkedRegions([here, there], {
    ...{ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 },
  });
  ours = await connectAs(regions.of(here), "inspector");
  theirs = await connectAs(regions.of(there), "inspector");
  reader = await connectAs(regions.of(here), "delivery");
  delivery = await startDelivery(regions.of(here), "delivery-1", {
    ...{ PEERS: there, OVERLAP_SECONDS: "1", SWEEP_SECONDS: "1" },
  });
}, 180_000);
afterAll(async () => {
  await Promise.all([ours?.close(), theirs?.close(), reader?.close()]);
  await delivery?.stop();
  await regions?.stop();
});

const device = { clientId: "traveller", password: "" };
const store = async (connection: NatsConnection, payloads: readonly string[]) => {
  for (const payload of payloads) {
    await jetstream(connection).publish(subjects.alerts(device.clientId), payload);
  }
};
async function comes() {
  const inbox = await connectDevice(regions.of(here), { ...device });
  await inbox.client.subscribeAsync(topics.alerts(device.clientId), { qos: 0 });
  return { inbox, got: () => inbox.received.map(({ payload }) => payload) };
}
const lastSeen = async () => {
  const [found] = await readLast(reader, "LAST_SEEN", {
    subjects: [subjects.lastSeen(device.clientId)],
  });
  return found && JSON.parse(new TextDecoder().decode(found.data));
};
const named = (what: string, count: number) =>
  Array.from({ length: count }, (_, i) => `{"${what}":${i}}`);

it(
  "also what was stored there before it left, and came here when it was gone",
  async () => {
    const { clientId } = device;
    Object.assign(device, { password: await registerDevice(regions.of(here), clientId) });
    await store(theirs, named("first", 3));
    const before = await comes();
    await expect.poll(before.got, soon).toEqual(named("first", 3));
    await expect.poll(async () => (await lastSeen())?.caughtUp?.sent ?? 0, soon).toBeGreaterThan(0);

    // Stored there while the device is here, and on its way while the line is down.
    const line = regions.link(here, there);
    line.cut();
    await store(theirs, named("late", 4));
    const { caughtUp } = await lastSeen();
    await expect.poll(() => Date.now() - caughtUp.sent, soon).toBeGreaterThan(2_500);
    await before.inbox.client.endAsync();
    await expect.poll(async () => (await lastSeen()).since, soon).toBeGreaterThan(0);
    line.mend();
    await store(ours, named("own", 2));
    await store(theirs, named("then", 2));
    const arrived = async () => {
      const subject = "mirrors.eu-west.STREAM.INFO.MQTT_ALERTS";
      return (await reader.request(subject, "", { timeout: 5_000 })).json<{
        state: { last_seq: number };
      }>().state.last_seq;
    };
    await expect.poll(arrived, soon).toBe(9);

    const after = await comes();
    const missed = [...named("own", 2), ...named("late", 4), ...named("then", 2)];
    // What it had of there comes once more when it was copied in the same minute in which it left.
    const had = new Set(named("first", 3));
    const lacked = () => after.got().filter((each) => !had.has(each));
    await expect.poll(lacked, soon).toEqual(missed);
  },
  caseMs,
);
