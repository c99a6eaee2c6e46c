/**
 * A device that was away gets what arrived for it meanwhile, when it comes back. Over the usual length: all
 * of it needs a whole region with replicas of delivery, which starts once.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { readLast } from "../../app/shared/stored-messages.ts";
import type { Region } from "../../local/region.ts";
import { boundStream } from "../support/bounded.ts";
import { connectInTime, type Inbox, registerDevice } from "../support/clients.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { metricOf } from "../support/metric.ts";
import { mqttStream } from "../support/mqtt-streams.ts";
import { alertsOf, distinct, numbered, storeAlerts } from "../support/numbered-alerts.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

interface Device {
  readonly clientId: string;
  readonly password: string;
}

const soon = { timeout: 60_000, interval: 20 };
const caseMs = 150_000;
/** Nobody is looked for that is in hand at another replica. */
const settings = { OVERLAP_SECONDS: "1", SWEEP_SECONDS: "3600" };

let region: Region;
let inspector: NatsConnection;
let reader: NatsConnection;
let deliveries: SourceProcess[];
/** Before any alert was stored. */
const startedMs = Date.now();

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 2, bridges: 0, inspectors: 0, auths: 1 });
  inspector = await connectAs(region, "inspector");
  reader = await connectAs(region, "delivery");
  deliveries = await Promise.all(
    ["delivery-1", "delivery-2"].map((name) => startDelivery(region, name, settings)),
  );
});
afterAll(async () => {
  await Promise.all([inspector?.close(), reader?.close()]);
  await Promise.all(deliveries?.map((each) => each.stop()) ?? []);
  await region?.stop();
});

async function newDevice(clientId: string): Promise<Device> {
  return { clientId, password: await registerDevice(region, clientId) };
}
async function comes(device: Device, edge = 0): Promise<Inbox> {
  const inbox = await connectInTime(region, { ...device, edge });
  await inbox.client.subscribeAsync(topics.alerts(device.clientId), { qos: 1 });
  return inbox;
}
/** How many alerts have been stored, of all devices. */
async function alertsKept(): Promise<number> {
  const told = await reader.request(subjects.alertStreamInfo, "", { timeout: 5_000 });
  return told.json<{ state: { last_seq: number } }>().state.last_seq;
}
const store = (clientId: string, payloads: readonly string[]) =>
  storeAlerts(inspector, clientId, payloads);
async function lastSeen({ clientId }: Device) {
  const [found] = await readLast(reader, "LAST_SEEN", { subjects: [subjects.lastSeen(clientId)] });
  return found && JSON.parse(new TextDecoder().decode(found.data));
}
/** Waits until it is on record that all was sent that the device had missed. */
const isCaughtUp = async (device: Device, after = 0) => {
  const subscribed = async () => (await lastSeen(device))?.caughtUp?.subscribed ?? 0;
  await expect.poll(subscribed, soon).toBeGreaterThan(after);
};
const sum = async (name: string) => {
  const running = deliveries.filter((each) => each.running);
  const counts = await Promise.all(running.map((each) => metricOf(each, name)));
  return counts.reduce((a, b) => a + b, 0);
};

describe("a device that comes back", () => {
  it(
    "gets what it missed, in order, then what comes",
    async () => {
      const device = await newDevice("away");
      await store(device.clientId, numbered(1, 120));

      const inbox = await comes(device);
      await expect.poll(() => alertsOf(inbox), soon).toEqual(numbered(1, 120));
      await store(device.clientId, numbered(121, 122));

      // Then perhaps once more what came just after the subscription.
      await expect.poll(() => alertsOf(inbox).slice(0, 122), soon).toEqual(numbered(1, 122));
      await inbox.client.endAsync();
    },
    caseMs,
  );

  it(
    "is not sent again what its last session proves to have arrived",
    async () => {
      const device = await newDevice("proven");
      await store(device.clientId, numbered(1, 3));
      const first = await comes(device);
      await isCaughtUp(device);
      const { caughtUp } = await lastSeen(device);
      await expect.poll(() => Date.now() - caughtUp.sent, soon).toBeGreaterThan(1_500);
      await first.client.endAsync();
      await expect.poll(async () => (await lastSeen(device)).since, soon).toBeGreaterThan(0);
      await store(device.clientId, numbered(4, 6));

      const second = await comes(device, 1);
      await expect.poll(() => alertsOf(second), soon).toEqual(numbered(4, 6));
      await second.client.endAsync();
    },
    caseMs,
  );

  it(
    "gets everything once more when it was gone before that was proven",
    async () => {
      const device = await newDevice("hasty");
      await store(device.clientId, numbered(1, 3));
      const first = await comes(device);
      await expect.poll(() => alertsOf(first), soon).toEqual(numbered(1, 3));
      await first.client.endAsync();
      await store(device.clientId, numbered(4, 6));

      const second = await comes(device, 1);
      await expect.poll(() => alertsOf(second), soon).toEqual(numbered(1, 6));
      await second.client.endAsync();
    },
    caseMs,
  );
});

it(
  "an alert that passes while a device is sent what it missed comes, and disturbs no order among those",
  async () => {
    const device = await newDevice("overtaken");
    await store(device.clientId, numbered(1, 900));
    const inbox = await comes(device);
    await expect.poll(() => inbox.received.length, soon).toBeGreaterThan(100);

    await store(device.clientId, numbered(901, 905));

    const all = new Set(numbered(1, 905));
    await expect.poll(() => new Set(alertsOf(inbox)), soon).toEqual(all);
    const missed = new Set(numbered(1, 900));
    expect(distinct(inbox).filter((each) => missed.has(each))).toEqual([...missed]);
    await inbox.client.endAsync();
  },
  caseMs,
);

it(
  "a device that was away for longer than alerts are kept is told so, once",
  async () => {
    const device = await newDevice("forgotten");
    const since = startedMs;
    await store("another", numbered(1, 3));
    const payload = JSON.stringify({ since });
    await jetstream(reader).publish(subjects.lastSeen(device.clientId), payload);
    const lift = await boundStream(region, "MQTT_ALERTS", 0);
    try {
      await store("another", numbered(4, 40));
      await store(device.clientId, numbered(1, 3));
      const boundMs = Date.now();
      await expect.poll(() => Date.now() - boundMs, soon).toBeGreaterThan(1_500);

      const first = await comes(device);
      await expect.poll(() => alertsOf(first), soon).toHaveLength(4);
      const notice = JSON.parse(alertsOf(first)[0] ?? "");
      expect(notice).toMatchObject({
        sentinel: "alerts-not-kept",
        from: new Date(since).toISOString(),
      });
      expect(alertsOf(first).slice(1)).toEqual(numbered(1, 3));
      await isCaughtUp(device);
      await first.client.endAsync();
      const second = await comes(device);
      await expect.poll(() => alertsOf(second), soon).toEqual(numbered(1, 3));
      await second.client.endAsync();
    } finally {
      await lift();
    }
  },
  caseMs,
);

describe("a device that asks for what it lacks", () => {
  const hash = (payload: string) => createHash("sha256").update(payload).digest("hex");
  const ask = (inbox: Inbox, clientId: string, request: object) =>
    inbox.client.publishAsync(topics.resume(clientId), JSON.stringify(request), { qos: 1 });
  const answers = (inbox: Inbox) =>
    alertsOf(inbox)
      .map((payload) => JSON.parse(payload))
      .filter(({ sentinel }) => sentinel === "resume");

  it(
    "gets what came after the alert that it names, then how many that were",
    async () => {
      const device = await newDevice("asking");
      await store(device.clientId, numbered(1, 130));
      const inbox = await comes(device);
      await isCaughtUp(device);
      const before = inbox.received.length;

      await ask(inbox, device.clientId, { last: hash('{"n":70}') });

      await expect.poll(() => answers(inbox), soon).toHaveLength(1);
      expect(answers(inbox)).toEqual([{ sentinel: "resume", complete: true, alerts: 60 }]);
      expect(alertsOf(inbox).slice(before, -1)).toEqual(numbered(71, 130));
      await inbox.client.endAsync();
    },
    caseMs,
  );

  it(
    "from a time on, or is told why not",
    async () => {
      const device = await newDevice("refused");
      await store(device.clientId, numbered(1, 2));
      const inbox = await comes(device);
      await isCaughtUp(device);

      const askAt = (ms: number) =>
        ask(inbox, device.clientId, { since: new Date(ms).toISOString() });
      await ask(inbox, device.clientId, { anything: "else" });
      await expect.poll(() => answers(inbox), soon).toHaveLength(1);
      await askAt(Date.now() + 3_600_000);
      await expect.poll(() => answers(inbox), soon).toHaveLength(2);
      await askAt(Date.now());
      await expect.poll(() => answers(inbox), soon).toHaveLength(3);

      const [malformed, future, nothing] = answers(inbox);
      expect(malformed).toMatchObject({ refused: "malformed" });
      expect(future).toMatchObject({ refused: "not-yet" });
      expect(nothing).toEqual({ sentinel: "resume", complete: true, alerts: 0 });
      await inbox.client.endAsync();
    },
    caseMs,
  );

  it(
    "is told when the alert that it names is not kept",
    async () => {
      const device = await newDevice("mistaken");
      await store(device.clientId, numbered(1, 2));
      const inbox = await comes(device);
      await isCaughtUp(device);

      await ask(inbox, device.clientId, { last: hash("another's") });
      await expect.poll(() => answers(inbox), soon).toHaveLength(1);
      expect(answers(inbox)[0]).toMatchObject({ refused: "unknown-alert" });
      await inbox.client.endAsync();
    },
    caseMs,
  );
});

describe("a device whose session lasts", () => {
  /** An attempt before this one has left its session. */
  let lasting = 0;
  /** Without a new subscription: the session has it. */
  const returns = (device: Device, edge: number) =>
    connectInTime(region, { ...device, edge, clean: false });

  it(
    "gets what it missed without subscribing again, also at another edge",
    async () => {
      const device = await newDevice(`lasting-${++lasting}`);
      const first = await returns(device, 0);
      expect(first.sessionPresent).toBe(false);
      await first.client.subscribeAsync(topics.alerts(device.clientId), { qos: 1 });
      await isCaughtUp(device);
      await first.client.endAsync();
      await expect.poll(async () => (await lastSeen(device)).ended, soon).toBeGreaterThan(0);
      const before = await alertsKept();
      await store(device.clientId, numbered(1, 60));
      // Where alerts are, and not once more for the session, which has a subscription of QoS 1.
      expect((await alertsKept()) - before).toBe(60);
      const ofSessions = async () => (await mqttStream(region, "$MQTT_msgs")).messages;
      await expect.poll(ofSessions, soon).toBe(0);
      const cameMs = Date.now();

      const second = await returns(device, 1);
      expect(second.sessionPresent).toBe(true);
      await expect.poll(() => alertsOf(second), soon).toEqual(numbered(1, 60));
      await isCaughtUp(device, cameMs);
      expect(alertsOf(second)).toEqual(numbered(1, 60));
      await second.client.endAsync();
    },
    caseMs,
  );
});

describe("when processes die", () => {
  it(
    "devices of an edge that is killed get at another one what came meanwhile",
    async () => {
      const devices = await Promise.all(
        Array.from({ length: 20 }, (_, i) => newDevice(`orphan-${i}`)),
      );
      const before = await Promise.all(devices.map((device) => comes(device, 0)));
      await Promise.all(devices.map((device) => isCaughtUp(device)));
      await Promise.all(devices.map(({ clientId }) => store(clientId, numbered(1, 3))));
      const edge = region.process("edge-1");
      edge.kill("SIGKILL");
      await Promise.all(devices.map(({ clientId }) => store(clientId, numbered(4, 9))));

      const after = await Promise.all(devices.map((device) => comes(device, 1)));
      for (const [i, inbox] of after.entries()) {
        const got = () => [...new Set([...alertsOf(before[i] as Inbox), ...alertsOf(inbox)])];
        await expect.poll(got, soon).toEqual(numbered(1, 9));
        const late = alertsOf(inbox);
        expect(late).toEqual(numbered(10 - late.length, 9));
      }
      await Promise.all(after.map(({ client }) => client.endAsync(true)));
      await edge.start();
    },
    caseMs,
  );

  /** Replicas that soon look for devices that nobody has seen to. */
  const quick = { ...settings, SWEEP_SECONDS: "1" };
  const startQuick = async (...names: string[]) => {
    await Promise.all(deliveries.filter((each) => each.running).map((each) => each.stop()));
    deliveries = await Promise.all(names.map((name) => startDelivery(region, name, quick)));
  };

  it(
    "a replica that is killed in the middle leaves nobody without what it missed, nor out of order",
    async () => {
      const devices = await Promise.all(
        Array.from({ length: 10 }, (_, i) => newDevice(`halved-${i}`)),
      );
      await Promise.all(devices.map(({ clientId }) => store(clientId, numbered(1, 700))));
      await startQuick("quick-1");
      const [first] = deliveries as [SourceProcess];
      const sent = await metricOf(first, "sentinel_delivery_alerts_total");
      const inboxes = await Promise.all(devices.map((device) => comes(device)));
      await expect
        .poll(() => metricOf(first, "sentinel_delivery_alerts_total"), soon)
        .toBeGreaterThan(sent + 50);
      first.kill("SIGKILL");
      await startQuick("quick-2");

      for (const inbox of inboxes) {
        await expect.poll(() => distinct(inbox), soon).toEqual(numbered(1, 700));
      }
      expect(await sum("sentinel_delivery_found_devices_total")).toBeGreaterThan(0);
      await Promise.all(inboxes.map(({ client }) => client.endAsync(true)));
    },
    caseMs,
  );

  it(
    "a device that came while there was no replica gets what is new at once, and what it missed as soon as there is one",
    async () => {
      const device = await newDevice("unheard");
      await store(device.clientId, numbered(1, 5));
      await Promise.all(deliveries.map((each) => each.stop()));
      const inbox = await comes(device);
      // The first of them may pass before every server knows of the subscription.
      let last = 5;
      const arrivedSince = async () => {
        last++;
        await store(device.clientId, numbered(last, last));
        return alertsOf(inbox);
      };
      await expect.poll(arrivedSince, soon).not.toEqual([]);
      expect(alertsOf(inbox)).not.toContain(numbered(1, 1)[0]);
      await startQuick("quick-3", "quick-4");

      const all = () => new Set(alertsOf(inbox));
      await expect.poll(all, soon).toEqual(new Set(numbered(1, last)));
      const missed = new Set(numbered(1, 5));
      expect(distinct(inbox).filter((each) => missed.has(each))).toEqual([...missed]);
      await inbox.client.endAsync();
    },
    caseMs,
  );
});
