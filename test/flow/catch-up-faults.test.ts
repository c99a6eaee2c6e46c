/**
 * Alerts counted at devices whose way breaks while they are away or are being caught up. Over the usual length:
 * all of it needs a whole region, which starts once.
 */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { subjects, topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { readLast } from "../../app/shared/stored-messages.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, connectInTime, type Inbox, registerDevice } from "../support/clients.ts";
import { type DelayLine, layDelayLine } from "../support/delay-line.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { metricOf } from "../support/metric.ts";
import { kernelTakesRules } from "../support/nft.ts";
import {
  alertsOf,
  distinct,
  numbered,
  storeAlert,
  storeAlerts,
} from "../support/numbered-alerts.ts";
import { dropPackets } from "../support/packet-drop.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

interface Device {
  readonly clientId: string;
  readonly password: string;
}

const soon = { timeout: 90_000, interval: 20 };
const caseMs = 240_000;
/** Longer than any line here is dead before its edge notices. */
const overlapSeconds = 900;
const settings = { OVERLAP_SECONDS: String(overlapSeconds), SWEEP_SECONDS: "1" };

let region: Region;
let inspector: NatsConnection;
let reader: NatsConnection;
let replicas = 0;
let running: SourceProcess[] = [];

/** A device whose line has died without a word to its edge. */
interface Vanished extends Device {
  readonly before: Inbox;
  /** Whether its keep-alive tells the edge. */
  readonly noticed: boolean;
  /** How many alerts have been stored for it. */
  stored: number;
}
const rules = kernelTakesRules();
/** Of a case: where nothing can drop packets, it is skipped. */
const needsRules = (skip: (reason: string) => void, way: string) => {
  if (way === "dropped" && !rules) skip("this kernel takes no rules from root");
};
/** Their lines die in these ways. */
const ways = ["noticed", "unnoticed", "dropped"] as const;
type Way = (typeof ways)[number];
const vanished = new Map<Way, Vanished>();
const vanishedBy = (way: Way) => vanished.get(way) as Vanished;
const arrived = numbered(1, 20);
let vanishedMs: number;
let line: DelayLine | undefined;
let pass: (() => void) | undefined;
let flowing = true;
let flow: Promise<void> | undefined;

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 2, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "inspector");
  reader = await connectAs(region, "delivery");
  await newReplica();
  await vanish();
  await endReplicas();
}, 180_000);
afterAll(async () => {
  await endReplicas();
  await stopFlow();
  for (const { before } of vanished.values()) before.client.end(true);
  pass?.();
  await line?.close();
  await Promise.all([inspector?.close(), reader?.close()]);
  await region?.stop();
}, 120_000);

async function newReplica(more: Record<string, string> = {}): Promise<SourceProcess> {
  const replica = await startDelivery(region, `delivery-${++replicas}`, { ...settings, ...more });
  running.push(replica);
  return replica;
}
async function endReplicas(): Promise<void> {
  const ended = running;
  running = [];
  await Promise.all(ended.filter((each) => each.running).map((each) => each.stop()));
}
async function newDevice(clientId: string): Promise<Device> {
  return { clientId, password: await registerDevice(region, clientId) };
}
async function comes(
  { clientId, password }: Device,
  more: { edge?: number; port?: number; keepalive?: number } = {},
): Promise<Inbox> {
  const inbox = await connectInTime(region, { clientId, password, ...more });
  await inbox.client.subscribeAsync(topics.alerts(clientId), { qos: 0 });
  return inbox;
}
/** Waits until the end of the session that came then proves that what was sent has arrived, when OVERLAP_SECONDS is 1. */
async function isProven(device: Device, cameMs: number): Promise<void> {
  const sentAgoMs = async () => {
    const { subscribed, sent } = (await lastSeen(device))?.caughtUp ?? { subscribed: 0, sent: 0 };
    return subscribed < cameMs ? 0 : Date.now() - sent;
  };
  await expect.poll(sentAgoMs, soon).toBeGreaterThan(1_500);
}
/** The same of a device that is perhaps turned away. */
const comesOnce = async (device: Device, { edge }: { edge: number }) => {
  try {
    const inbox = await connectDevice(region, { ...device, edge });
    await inbox.client.subscribeAsync(topics.alerts(device.clientId), { qos: 0 });
    return inbox;
  } catch {
    return undefined;
  }
};
/** Distinct ones from where it begins: before that comes what was on its way to the session before. */
const fromTheFirst = (inbox: Inbox, [first = ""]: readonly string[]) => {
  const all = alertsOf(inbox);
  return [...new Set(all.slice(Math.max(0, all.indexOf(first))))];
};
/** The same from where it began for the last time. */
const fromTheLast = (inbox: Inbox, [first = ""]: readonly string[]) => {
  const all = alertsOf(inbox);
  return [...new Set(all.slice(Math.max(0, all.lastIndexOf(first))))];
};
const store = (clientId: string, payloads: readonly string[]) =>
  storeAlerts(inspector, clientId, payloads);
/** Many at once. @returns them in the order of the stream: one that is stored at a second attempt comes later. */
async function storeMany(
  clientId: string,
  payloads: readonly string[],
): Promise<readonly string[]> {
  const stored: { readonly payload: string; readonly sequence: number }[] = [];
  for (let at = 0; at < payloads.length; at += 500) {
    const some = payloads.slice(at, at + 500).map(async (payload) => ({
      payload,
      sequence: await storeAlert(inspector, clientId, payload),
    }));
    stored.push(...(await Promise.all(some)));
  }
  // What is sent live has met nobody by then.
  await inspector.flush();
  return stored.sort((a, b) => a.sequence - b.sequence).map(({ payload }) => payload);
}
async function lastSeen({ clientId }: Device) {
  const [found] = await readLast(reader, "LAST_SEEN", { subjects: [subjects.lastSeen(clientId)] });
  return found && JSON.parse(new TextDecoder().decode(found.data));
}
const isOnRecord = async (device: Device) => (await lastSeen(device))?.caughtUp !== undefined;

/** Lines that die, to the end of the file, while alerts flow on. The other cases pass meanwhile. */
async function vanish(): Promise<void> {
  line = await layDelayLine(region.layout.edges[0]?.mqtt ?? 0);
  const dying = { port: line.port, keepalive: 300 };
  const connections = {
    noticed: { ...dying, keepalive: 2 },
    unnoticed: dying,
    dropped: { keepalive: 300 },
  };
  for (const way of ways) {
    if (way === "dropped" && !rules) continue;
    const device = await newDevice(way);
    const before = await comes(device, connections[way]);
    await store(device.clientId, arrived);
    await vi.waitFor(() => expect(distinct(before)).toEqual(arrived), soon);
    await vi.waitFor(async () => expect(await isOnRecord(device)).toBe(true), soon);
    vanished.set(way, { ...device, before, noticed: way === "noticed", stored: arrived.length });
    if (way === "dropped") pass = dropPackets((before.client.stream as Socket).localPort ?? 0);
  }
  line.set({ kind: "silent" });
  vanishedMs = performance.now();
  flow = flowOn();
  flow.catch(() => {});
  const noticed = vanishedBy("noticed");
  await vi.waitFor(async () => expect((await lastSeen(noticed))?.ended).toBeGreaterThan(0), soon);
}
async function flowOn(): Promise<void> {
  for (; flowing; await delay(200)) {
    for (const device of vanished.values()) {
      await store(device.clientId, numbered(device.stored + 1, device.stored + 1));
      device.stored++;
    }
  }
}
async function stopFlow(): Promise<void> {
  flowing = false;
  await flow;
}

describe("a replica that is killed", () => {
  const missed = numbered(1, 600);
  const begun = "sentinel_delivery_catch_ups_begun_total";
  let victim: SourceProcess;
  let begunBefore: number;
  const lacks = (inbox: Inbox) => distinct(inbox).length < missed.length;
  /** Where a catch-up is when its replica dies. */
  const steps: Readonly<Record<string, (device: Device, inbox: Inbox) => Promise<boolean>>> = {
    "it has heard of the device": async () => (await metricOf(victim, begun)) > begunBefore,
    "it has sent the first ones": async (_, inbox) => inbox.received.length > 0,
    "it has sent half": async (_, inbox) => inbox.received.length >= missed.length / 2,
    "it has sent all": async (_, inbox) => distinct(inbox).length === missed.length,
    "it has put that on record": (device) => isOnRecord(device),
  };
  const inTheMiddle = new Set(Object.keys(steps).slice(0, 3));
  beforeAll(async () => {
    victim = await newReplica();
  }, 120_000);
  afterAll(endReplicas);

  it.each(Object.entries(steps))(
    "after %s leaves the device without nothing",
    async (name, reached) => {
      const device = await newDevice(`killed-${Object.keys(steps).indexOf(name)}`);
      const inOrder = await storeMany(device.clientId, missed);
      begunBefore = await metricOf(victim, begun);
      const inbox = await comes(device);
      await expect.poll(() => reached(device, inbox), { ...soon, interval: 1 }).toBe(true);
      victim.kill("SIGKILL");
      await victim.exited();
      expect(lacks(inbox)).toBe(inTheMiddle.has(name));
      await store(device.clientId, numbered(601, 605));
      victim = await newReplica();

      await expect.poll(() => new Set(distinct(inbox)), soon).toEqual(new Set(numbered(1, 605)));
      const old = new Set(missed);
      expect(distinct(inbox).filter((each) => old.has(each))).toEqual(inOrder);
      await expect.poll(() => isOnRecord(device), soon).toBe(true);
      await inbox.client.endAsync(true);
    },
    caseMs,
  );
});

describe("with two replicas that take seconds for what a device missed", () => {
  const missed = numbered(1, 60);
  const found = "sentinel_delivery_found_devices_total";
  beforeAll(async () => {
    const slow = { DEVICE_ALERTS_PER_SECOND: "20" };
    await Promise.all([newReplica(slow), newReplica(slow)]);
  }, 120_000);
  afterAll(endReplicas);

  it(
    "devices that come back all at once, while alerts flow and a replica dies, get what they missed, and so do others",
    async () => {
      const all = await Promise.all(Array.from({ length: 60 }, (_, n) => newDevice(`storm-${n}`)));
      const [here, away] = [all.slice(0, 10), all.slice(10)];
      const live = await Promise.all(here.map((device, n) => comes(device, { edge: n % 2 })));
      await expect.poll(() => Promise.all(here.map(isOnRecord)), soon).not.toContain(false);
      await Promise.all(away.map(({ clientId }) => store(clientId, missed)));
      let flowing = true;
      let rounds = 0;
      const flow = (async () => {
        while (flowing) {
          rounds++;
          await Promise.all(
            all.map(({ clientId }) => store(clientId, numbered(60 + rounds, 60 + rounds))),
          );
        }
      })();
      const back = await Promise.all(away.map((device, n) => comes(device, { edge: n % 2 })));
      await expect.poll(() => alertsOf(...back).length, soon).toBeGreaterThan(50);
      const [victim, survivor] = running as [SourceProcess, SourceProcess];
      const foundBefore = await metricOf(survivor, found);
      victim.kill("SIGKILL");
      await victim.exited();
      const lacks = (inbox: Inbox) => missed.some((alert) => !alertsOf(inbox).includes(alert));
      expect(back.filter(lacks)).not.toEqual([]);
      const before = rounds;
      await expect.poll(() => rounds, soon).toBeGreaterThan(before + 3);
      flowing = false;
      await flow;

      for (const [n, inbox] of back.entries()) {
        const expected = new Set(numbered(1, missed.length + rounds));
        await expect.poll(() => new Set(alertsOf(inbox)), soon).toEqual(expected);
        expect(
          distinct(inbox).filter((each) => missed.includes(each)),
          `${n}`,
        ).toEqual(missed);
      }
      // Some were in the hand of the one that died.
      expect(await metricOf(survivor, found)).toBeGreaterThan(foundBefore);
      for (const inbox of live) {
        await expect.poll(() => alertsOf(inbox), soon).toEqual(numbered(61, 60 + rounds));
      }
      for (const { client } of [...live, ...back]) client.end(true);
    },
    caseMs,
  );
});

describe("with two replicas", () => {
  beforeAll(async () => {
    await Promise.all([newReplica(), newReplica()]);
  }, 120_000);
  afterAll(endReplicas);

  it(
    "a device that comes again in the middle of its catch-up gets all of it, in order",
    async () => {
      const device = await newDevice("restless");
      const missed = await storeMany(device.clientId, numbered(1, 900));
      const first = await comes(device);
      await expect.poll(() => first.received.length, soon).toBeGreaterThan(100);
      await first.client.endAsync(true);
      expect(distinct(first).length).toBeLessThan(missed.length);

      const second = await comes(device, { edge: 1 });
      await expect.poll(() => fromTheFirst(second, missed), soon).toEqual(missed);
      await second.client.endAsync(true);
    },
    caseMs,
  );

  /**
   * The same id at one edge, at the other one, and there again: the one before it lets nobody take over for a second.
   *
   * @returns undefined when that took longer than a second.
   */
  async function takenOverTwice(device: Device): Promise<readonly Inbox[] | undefined> {
    const first = await comes(device);
    const startedMs = performance.now();
    const second = await comesOnce(device, { edge: 1 });
    const third = second && (await comesOnce(device, { edge: 1 }));
    const tookMs = performance.now() - startedMs;
    const all = [first, ...(second ? [second] : []), ...(third ? [third] : [])];
    if (all.length === 3 && tookMs < 1_000) return all;
    for (const { client } of all) client.end(true);
    return undefined;
  }
  let contested = 0;

  it(
    "two who take over one id within a second lose nothing of it to each other",
    async () => {
      for (let left = 10; ; left--) {
        const device = await newDevice(`contested-${++contested}`);
        const missed = await storeMany(device.clientId, numbered(1, 300));
        const inboxes = await takenOverTwice(device);
        if (!inboxes) {
          expect(left).toBeGreaterThan(0);
          continue;
        }
        await store(device.clientId, numbered(301, 310));
        const [first, second, third] = inboxes as [Inbox, Inbox, Inbox];
        await expect
          .poll(() => first.client.connected || second.client.connected, soon)
          .toBe(false);
        await expect.poll(() => new Set(alertsOf(third)), soon).toEqual(new Set(numbered(1, 310)));
        const old = new Set(missed);
        expect(fromTheFirst(third, missed).filter((each) => old.has(each))).toEqual(missed);
        third.client.end(true);
        return;
      }
    },
    caseMs,
  );

  it(
    "the leader of the stream may die in the middle",
    async () => {
      const device = await newDevice("led");
      const missed = await storeMany(device.clientId, numbered(1, 900));
      const inbox = await comes(device);
      await expect.poll(() => inbox.received.length, soon).toBeGreaterThan(100);
      const told = await reader.request(subjects.alertStreamInfo, "", { timeout: 5_000 });
      const { leader } = told.json<{ cluster: { leader: string } }>().cluster;
      const server = region.process(leader);
      server.kill("SIGKILL");
      await server.exited();
      expect(distinct(inbox).length).toBeLessThan(missed.length);

      // What the server had with which it died is sent again, from the beginning.
      await expect.poll(() => fromTheLast(inbox, missed), soon).toEqual(missed);
      await server.start();
      await store(device.clientId, numbered(901, 905));
      const got = () => new Set(alertsOf(inbox));
      await expect.poll(got, soon).toEqual(new Set(numbered(1, 905)));
      await inbox.client.endAsync(true);
    },
    caseMs,
  );
});

/** Of two that look for devices so often, one would begin with what is in hand at the other. */
describe("with one replica", () => {
  beforeAll(async () => {
    await newReplica();
  }, 120_000);
  afterAll(async () => {
    await stopFlow();
    await endReplicas();
  });

  describe.each(ways)("a line that has died without a word, %s", (way) => {
    it(
      "gives nobody anything for a minute, while alerts flow into it",
      async ({ skip }) => {
        needsRules(skip, way);
        const device = vanishedBy(way);
        await expect.poll(() => performance.now() - vanishedMs, soon).toBeGreaterThan(60_000);
        expect(distinct(device.before)).toEqual(arrived);
        expect(device.stored).toBeGreaterThan(arrived.length + 100);
        expect(((await lastSeen(device))?.ended ?? 0) > 0).toBe(device.noticed);
      },
      caseMs,
    );

    it(
      "what was written to it comes when the device is back, in order, and what comes then",
      async ({ skip }) => {
        needsRules(skip, way);
        const device = vanishedBy(way);
        const away = device.stored;
        const cameMs = Date.now();
        const after = await comes(device, { edge: (ways.indexOf(way) + 1) % 2 });
        const subscribed = async () => (await lastSeen(device))?.caughtUp?.subscribed ?? 0;
        await expect.poll(subscribed, soon).toBeGreaterThan(cameMs);
        // The next one is perhaps on its way.
        const live = device.stored + 2;
        await expect.poll(() => device.stored, soon).toBeGreaterThan(live + 10);
        const all = numbered(1, live + 10);
        const got = (from: number, to: number) => {
          const wanted = new Set(numbered(from, to));
          return alertsOf(after).filter((each) => wanted.has(each));
        };
        await expect.poll(() => new Set(got(1, all.length)), soon).toEqual(new Set(all));
        expect(got(1, away)).toEqual(numbered(1, away));
        expect(got(live, all.length)).toEqual(numbered(live, all.length));
        // What came just then: early, and once more in its place.
        expect(got(away + 1, live - 1).length).toBeLessThanOrEqual(2 * (live - 1 - away));
        expect(distinct(device.before)).toEqual(arrived);
        after.client.end(true);
      },
      caseMs,
    );
  });
});

it(
  "more alerts than there are packet ids reach a device over three reconnects",
  async () => {
    const unbounded = { ALERTS_PER_SECOND: "100000", DEVICE_ALERTS_PER_SECOND: "100000" };
    await newReplica({ ...unbounded, OVERLAP_SECONDS: "1" });
    const device = await newDevice("prolific");
    const each = 22_000;
    const first = await comes(device);
    await expect.poll(() => isOnRecord(device), soon).toBe(true);
    await first.client.endAsync(true);
    const got = new Set<string>();
    for (let session = 0; session < 3; session++) {
      const alerts = numbered(session * each + 1, (session + 1) * each);
      const missed = await storeMany(device.clientId, alerts);
      const cameMs = Date.now();
      const inbox = await comes(device, { edge: session % 2 });
      const wanted = new Set(missed);
      let at = 0;
      const left = () => {
        for (; at < inbox.received.length; at++) wanted.delete(inbox.received[at]?.payload ?? "");
        return wanted.size;
      };
      await expect.poll(left, { ...soon, interval: 200 }).toBe(0);
      const all = new Set(missed);
      expect(distinct(inbox).filter((alert) => all.has(alert))).toEqual(missed);
      for (const alert of alertsOf(inbox)) got.add(alert);
      await isProven(device, cameMs);
      await inbox.client.endAsync(true);
      const since = async () => (await lastSeen(device)).since;
      await expect.poll(since, soon).toBeGreaterThan(cameMs);
    }
    expect(got.size).toBeGreaterThan(65_535);
    await endReplicas();
  },
  caseMs,
);
