import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { payloadLimitBytes } from "../contract/limits.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

describe("an alert", () => {
  it("is stored under its client, with its id and its time, then acknowledged", async () => {
    const bridge = await fixture.bridge("plain");
    const sender = await fixture.publisher();
    const before = Date.now();
    await sender.publishAsync("clients/plain-1/alerts", '{"id":"k-1"}', { qos: 1 });
    const [alert] = await vi.waitFor(async () => {
      const found = await fixture.stored("INGRESS", (subject) => subject.endsWith(".plain-1"));
      expect(found).toHaveLength(1);
      return found;
    }, within);
    expect(alert?.subject).toMatch(/^ingress\.\d+\.upstream\.plain-1$/);
    expect(alert?.text).toBe('{"id":"k-1"}');
    expect(alert?.header("Nats-Msg-Id")).toMatch(/^[0-9a-f]{16}:1:[0-9a-z]+$/);
    const received = Number(alert?.header("Sentinel-Received"));
    expect(received).toBeGreaterThan(before - 1_000);
    expect(received).toBeLessThan(Date.now() + 1_000);
    expect(await bridge.value("stored_messages_total")).toBe(1);
    await bridge.drain();
    expect(await fixture.heldBy("plain")).toBe(0);
  });
});

describe("a message that cannot be taken", () => {
  it("ends in DEAD_LETTER with reason and topic, as it came", async () => {
    const bridge = await fixture.bridge("refuse");
    const sender = await fixture.publisher();
    const large = `{"t":"${"x".repeat(payloadLimitBytes)}"}`;
    // The longest topic that MQTT allows, and more than JetStream takes as a header.
    const long = `clients/refuse/${"ü".repeat(32_760)}`;
    const cases = [
      ["clients/refuse a/alerts", "{}", "invalid-client-id"],
      ["clients/refuse.a/alerts", "{}", "invalid-client-id"],
      ["clients/>/alerts", "refuse", "invalid-client-id"],
      ["clients/*/alerts", "refuse", "invalid-client-id"],
      ["clients//alerts", "refuse", "invalid-client-id"],
      ["clients/refuse/b/alerts", "{}", "invalid-topic"],
      ["clients/refuse/other", "{}", "invalid-topic"],
      [long, "{}", "invalid-topic"],
      ["clients", "refuse", "invalid-topic"],
      ["clients/refuse-1/alerts", "no JSON", "payload-not-json"],
      ["clients/refuse-1/alerts", large, "payload-too-large"],
    ] as const;
    for (const [topic, payload] of cases) await sender.publishAsync(topic, payload, { qos: 1 });
    await vi.waitFor(
      async () => expect(await bridge.value("dead_letter_messages_total")).toBe(cases.length),
      within,
    );
    const letters = await fixture.stored("DEAD_LETTER", () => true);
    const found = letters.map((letter) => [
      decodeURIComponent(letter.header("Sentinel-Topic")),
      letter.text,
      letter.header("Sentinel-Reason"),
    ]);
    const expected = cases.map(([topic, ...rest]) => [
      topic === long ? `${long.slice(0, 1_024)}…` : topic,
      ...rest,
    ]);
    expect(found.sort()).toEqual(expected.sort());
    for (const letter of letters) {
      expect(letter.subject).toBe(`deadletter.bridge.${letter.header("Sentinel-Reason")}`);
    }
    const invalid = { reason: "invalid-topic" };
    expect(await bridge.value("dead_letter_messages_total", invalid)).toBe(4);
    await bridge.drain();
    expect(await fixture.heldBy("refuse")).toBe(0);
  });
});

describe("the process", () => {
  it("ends with a sentence about a wrong setting", async () => {
    await expect(
      fixture.bridgeProcess("wrong", { UPSTREAM_URL: "mqtt://broker:1883", RECEIVE_MAXIMUM: "0" }),
    ).rejects.toThrow(/ended with 2/);
    const text = fixture.logOf("wrong");
    expect(text).toMatch(/UPSTREAM_URL: must be mqtts:\/\/host:port.*got "mqtt:\/\/broker:1883"/);
    expect(text).toMatch(/RECEIVE_MAXIMUM: .*got "0"/);
  });

  it("writes no password to its log", async () => {
    const child = await fixture.bridgeProcess("quiet", { LOG_LEVEL: "trace" });
    await child.stop();
    const { password } = fixture.broker.settings("x").credentials();
    expect(fixture.logOf("quiet")).toContain("started");
    expect(fixture.logOf("quiet")).not.toContain(password);
  });
});
