/** No device sees or sends what is another's: shown from outside, with the devices' own means. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { topics } from "../../app/contract/subjects.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, connectPublisher, type Inbox, registerDevice } from "../support/clients.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let secrets: Map<string, string>;
let victim: Inbox;
let publisher: Inbox;

const secretOf = (id: string) => secrets.get(id) ?? "";
const device = (clientId: string) =>
  connectDevice(region, { clientId, password: secretOf(clientId) });

beforeAll(async () => {
  region = await startTestRegion();
  secrets = new Map();
  for (const id of ["victim", "intruder"]) secrets.set(id, await registerDevice(region, id));
  victim = await device("victim");
  await victim.client.subscribeAsync(topics.alerts("victim"));
  publisher = await connectPublisher(region);
});
afterAll(async () => {
  await Promise.all([victim, publisher].map((inbox) => inbox?.client.endAsync(true)));
  await region?.stop();
});

const closed = (inbox: Inbox) =>
  new Promise<void>((resolve) => {
    inbox.client.once("close", () => resolve());
  });

/** Sends an alert the official way and waits until the victim has it. */
async function alertVictim(id: string): Promise<void> {
  await publisher.client.publishAsync(topics.alerts("victim"), JSON.stringify({ id }), { qos: 1 });
  await expect
    .poll(() => victim.received.map((m) => JSON.parse(m.payload).id), { timeout: 60_000 })
    .toContain(id);
}

describe("subscribing to another's alerts", () => {
  it.each([
    "clients/victim/alerts",
    "clients/+/alerts",
    "clients/#",
    "+/victim/+",
    "#",
    "deliver/victim/alerts",
    "$share/group/clients/victim/alerts",
    "$share/group/clients/+/alerts",
    "$SYS/#",
    "$JS/#",
    "$MQTT/#",
    "_INBOX/#",
  ])("by %s brings nothing", async (filter) => {
    const intruder = await device("intruder");
    // Refused by SUBACK or by silence: what counts is that nothing arrives.
    await intruder.client.subscribeAsync(filter, { qos: 1 }).catch(() => {});
    await intruder.client.subscribeAsync(topics.alerts("intruder")).catch(() => {});
    await alertVictim(`secret-${filter}`);
    // The intruder's own alert, sent later, shows that its connection would have brought it.
    if (intruder.client.connected) {
      const own = JSON.stringify({ id: `own-${filter}` });
      await publisher.client.publishAsync(topics.alerts("intruder"), own, { qos: 1 });
      await expect.poll(() => intruder.received.length, { timeout: 60_000 }).toBeGreaterThan(0);
    }
    expect(intruder.received.filter((m) => m.topic !== topics.alerts("intruder"))).toEqual([]);
    expect(intruder.received.map((m) => m.payload).join()).not.toContain("secret-");
    await intruder.client.endAsync(true);
  });

  it("is refused in the SUBACK", async () => {
    const intruder = await device("intruder");
    const [grant] = await intruder.client.subscribeAsync(topics.alerts("victim")).catch((error) => {
      return [{ qos: error.code ?? 128 }];
    });
    expect(grant?.qos).toBe(128);
    await intruder.client.endAsync(true);
  });
});

describe("a device that publishes", () => {
  it.each([
    "clients/victim/alerts",
    "clients/intruder/alerts",
    "deliver/victim/alerts",
    "clients/victim/reports",
    "$JS/API/STREAM/PURGE/MQTT_ALERTS",
    "$MQTT/sub/victim",
  ])("to %s reaches no device", async (topic) => {
    const intruder = await device("intruder");
    const before = victim.received.length;
    const publish = intruder.client.publishAsync(topic, JSON.stringify({ id: "forged" }), {
      qos: 1,
    });
    await Promise.race([publish.catch(() => {}), closed(intruder)]);
    await alertVictim(`after-${topic}`);
    const since = victim.received.slice(before).map((m) => m.payload);
    expect(since.filter((payload) => payload.includes("forged"))).toEqual([]);
    await intruder.client.endAsync(true);
  });

  it("leaves no retained message and no will for another device", async () => {
    const intruder = await connectDevice(region, {
      clientId: "intruder",
      password: secretOf("intruder"),
      will: {
        topic: topics.alerts("victim"),
        payload: Buffer.from('{"id":"forged-will"}'),
        qos: 1,
        retain: true,
      },
    });
    intruder.client
      .publishAsync(topics.alerts("victim"), '{"id":"forged-retained"}', { qos: 1, retain: true })
      .catch(() => {});
    // Ends the socket without DISCONNECT, which is what sets a will free.
    intruder.client.stream.destroy();
    await alertVictim("after-will");
    const late = await connectDevice(region, { clientId: "victim", password: secretOf("victim") });
    await late.client.subscribeAsync(topics.alerts("victim"));
    await publisher.client.publishAsync(topics.alerts("victim"), '{"id":"late"}', { qos: 1 });
    await expect
      .poll(() => late.received.map((m) => m.payload), { timeout: 60_000 })
      .toContain('{"id":"late"}');
    const all = [...victim.received, ...late.received].map((m) => m.payload).join();
    expect(all).not.toContain("forged");
    await late.client.endAsync(true);
    // The second session took over the first one's client id.
    victim = await device("victim");
    await victim.client.subscribeAsync(topics.alerts("victim"));
  });
});
