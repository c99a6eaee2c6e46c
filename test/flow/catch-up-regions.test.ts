/**
 * A device gets also what other regions took in for it meanwhile, however late it came here, and when it was
 * in another region itself.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RegionName } from "../../app/contract/regions.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { readLast } from "../../app/shared/stored-messages.ts";
import { connectInTime, type Inbox, registerDevice } from "../support/clients.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { type LinkedRegions, startLinkedRegions } from "../support/linked-regions.ts";
import { metricOf } from "../support/metric.ts";
import { alertsOf, distinct, storeAlerts } from "../support/numbered-alerts.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";

const soon = { timeout: 120_000, interval: 50 };
const caseMs = 240_000;
/** A mirror that nobody makes ask anew does so after 35 seconds. */
const mendedWithinMs = 20_000;
const here = "us-east";
const there = "eu-west";

let regions: LinkedRegions;
let ours: NatsConnection;
let theirs: NatsConnection;
let reader: NatsConnection;
let deliveries: readonly SourceProcess[];

const deliveryIn = (region: RegionName, peer: RegionName) =>
  startDelivery(regions.of(region), "delivery-1", {
    ...{ PEERS: peer, OVERLAP_SECONDS: "1", SWEEP_SECONDS: "1" },
  });

beforeAll(async () => {
  regions = await startLinkedRegions([here, there], {
    ...{ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1, menders: true },
  });
  ours = await connectAs(regions.of(here), "inspector");
  theirs = await connectAs(regions.of(there), "inspector");
  reader = await connectAs(regions.of(here), "delivery");
  deliveries = await Promise.all([deliveryIn(here, there), deliveryIn(there, here)]);
}, 180_000);
afterAll(async () => {
  await Promise.all([ours?.close(), theirs?.close(), reader?.close()]);
  await Promise.all(deliveries?.map((each) => each.stop()) ?? []);
  await regions?.stop();
});

interface Device {
  readonly clientId: string;
  readonly password: string;
}
async function comes(region: RegionName, device: Device) {
  const inbox = await connectInTime(regions.of(region), { ...device });
  await inbox.client.subscribeAsync(topics.alerts(device.clientId), { qos: 0 });
  return { inbox, got: () => inbox.received.map(({ payload }) => payload) };
}
const lastSeen = async ({ clientId }: Device) => {
  const [found] = await readLast(reader, "LAST_SEEN", {
    subjects: [subjects.lastSeen(clientId)],
  });
  return found && JSON.parse(new TextDecoder().decode(found.data));
};
const named = (what: string, count: number) =>
  Array.from({ length: count }, (_, i) => `{"${what}":${i}}`);
/** What is here of the alerts of there. */
const mirror = async () => {
  const subject = "mirrors.eu-west.STREAM.INFO.MQTT_ALERTS";
  const answer = await reader.request(subject, "", { timeout: 5_000 });
  return answer.json<{ state: { last_seq: number }; mirror: { active: number } }>();
};
/** How many alerts of there are here. */
const copied = async () => (await mirror()).state.last_seq;
/** For how long nothing was heard of there, in seconds; infinite when nothing was yet. */
async function silentSeconds(): Promise<number> {
  const { active } = (await mirror()).mirror;
  return active < 0 ? Number.POSITIVE_INFINITY : active / 1e9;
}
/** How many of those were sent on to whoever is here. */
async function sentOn(): Promise<number> {
  const [delivery] = deliveries;
  return delivery ? metricOf(delivery, "sentinel_delivery_mirrored_alerts_total") : 0;
}
/** How often that mirror was made to ask anew, by whoever is beside the server that led it. */
async function nudges(): Promise<number> {
  const labels = { peer: there, stream: "MQTT_ALERTS" };
  const counts = [1, 2, 3].map((n) => {
    const url = regions.of(here).endpoints.processUrls.get(`mender-${n}`) ?? "";
    return metricOf({ url }, "sentinel_mender_mirror_nudges_total", labels);
  });
  return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
}

it(
  "also what was stored there before it left, and came here when it was gone",
  async () => {
    const clientId = "traveller";
    const device = { clientId, password: await registerDevice(regions.of(here), clientId) };
    await storeAlerts(theirs, clientId, named("first", 3));
    const before = await comes(here, device);
    await expect.poll(before.got, soon).toEqual(named("first", 3));
    const sent = async () => (await lastSeen(device))?.caughtUp?.sent ?? 0;
    await expect.poll(sent, soon).toBeGreaterThan(0);

    // Stored there while the device is here, and on its way while the line is down.
    const line = regions.link(here, there);
    line.cut();
    await storeAlerts(theirs, clientId, named("late", 4));
    const { caughtUp } = await lastSeen(device);
    await expect.poll(() => Date.now() - caughtUp.sent, soon).toBeGreaterThan(2_500);
    await before.inbox.client.endAsync();
    await expect.poll(async () => (await lastSeen(device)).since, soon).toBeGreaterThan(0);
    line.mend();
    await storeAlerts(ours, clientId, named("own", 2));
    await storeAlerts(theirs, clientId, named("then", 2));
    await expect.poll(copied, soon).toBe(9);
    // What is sent on its arrival is sent to nobody by then: to a device that is there it would come early.
    await expect.poll(sentOn, soon).toBeGreaterThanOrEqual(9);

    const after = await comes(here, device);
    const missed = [...named("own", 2), ...named("late", 4), ...named("then", 2)];
    // What it had of there comes once more when it was copied in the same minute in which it left.
    const had = new Set(named("first", 3));
    const lacked = () => after.got().filter((each) => !had.has(each));
    await expect.poll(lacked, soon).toEqual(missed);
  },
  caseMs,
);

it(
  "a device that goes to another region and comes back within a minute lacks nothing",
  async () => {
    const clientId = "commuter";
    const password = await registerDevice(regions.of(here), clientId);
    await registerDevice(regions.of(there), clientId, password);
    const device = { clientId, password };
    const leftMs: number[] = [];
    const store = (what: string) =>
      Promise.all([
        storeAlerts(ours, clientId, named(`${what} of ours`, 5)),
        storeAlerts(theirs, clientId, named(`${what} of theirs`, 5)),
      ]);
    const stored: string[] = [];
    const inboxes: Inbox[] = [];
    for (const [n, region] of ([here, there, here] as const).entries()) {
      const { inbox } = await comes(region, device);
      inboxes.push(inbox);
      await store(`in region ${n}`);
      await inbox.client.endAsync(true);
      leftMs.push(performance.now());
      await store(`on the way ${n}`);
      for (const when of [`in region ${n}`, `on the way ${n}`])
        for (const where of ["ours", "theirs"]) stored.push(...named(`${when} of ${where}`, 5));
    }
    const { inbox } = await comes(here, device);
    inboxes.push(inbox);
    const [left = 0, , back = 0] = leftMs;
    expect(back - left).toBeLessThan(60_000);
    await expect.poll(() => new Set(distinct(...inboxes)), soon).toEqual(new Set(stored));
    await inbox.client.endAsync(true);
  },
  caseMs,
);

it(
  "what was stored there while the line was down comes when it is back, and not when its mirror asks again by itself",
  async () => {
    const clientId = "waiting";
    const password = await registerDevice(regions.of(here), clientId);
    const { inbox } = await comes(here, { clientId, password });
    const before = { nudges: await nudges(), copied: await copied() };
    const line = regions.link(here, there);
    line.cut();
    await storeAlerts(theirs, clientId, named("meanwhile", 20));
    // By then the mirror has asked in vain, and would wait for the answer for half a minute more.
    await expect.poll(silentSeconds, soon).toBeGreaterThan(21);
    expect(await copied()).toBe(before.copied);

    const mendedMs = performance.now();
    line.mend();
    await expect.poll(nudges, soon).toBeGreaterThan(before.nudges);
    await storeAlerts(theirs, clientId, named("then", 5));
    await expect.poll(copied, soon).toBe(before.copied + 25);
    const all = [...named("meanwhile", 20), ...named("then", 5)];
    await expect.poll(() => distinct(inbox), soon).toEqual(all);
    const tookMs = Math.round(performance.now() - mendedMs);
    if (process.env["TEST_FIGURES"]) console.log({ tookMs });
    expect(tookMs).toBeLessThan(mendedWithinMs);
    // Whatever came twice has come before the last one.
    await storeAlerts(theirs, clientId, named("last", 1));
    await expect.poll(() => distinct(inbox), soon).toEqual([...all, ...named("last", 1)]);
    expect(alertsOf(inbox)).toEqual([...all, ...named("last", 1)]);
    await inbox.client.endAsync(true);
  },
  caseMs,
);
