import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClientId } from "../contract/client-id.ts";
import { payloadLimitBytes } from "../contract/limits.ts";
import { accept } from "./accept.ts";

const name = "0011223344556677:4:1z";

const bytes = (text: string) => Buffer.from(text);
const alert = bytes('{"id":"a-1","severity":"high"}');
const hash = (payload: Uint8Array) => createHash("sha256").update(payload).digest("hex");
const accepted = (topic: string, payload: Uint8Array, alertId?: string) =>
  accept({ topic, payload, alertId }, name);
const refusalOf = (topic: string, payload: Uint8Array = alert) => accepted(topic, payload).refusal;
const idOf = (payload: Uint8Array, alertId?: string) =>
  accepted("clients/pump-7/alerts", payload, alertId).headers["Nats-Msg-Id"];

describe("an alert on a right topic", () => {
  it("goes to INGRESS under its client", () => {
    expect(accepted("clients/pump-7/alerts", alert)).toEqual({
      subject: "ingress.upstream.pump-7",
      headers: { "Nats-Msg-Id": name },
      payload: alert,
    });
  });

  it.each(["x", "A_b-9", "_", "-", "n".repeat(64)])("takes the client id %j", (id) => {
    expect(accepted(`clients/${id}/alerts`, alert).subject).toBe(`ingress.upstream.${id}`);
  });

  it.each([
    "{}",
    ' {"id":null}\n',
    '{"id":{"$gt":1}}',
    '{"text":"ünïcødé 警告"}',
    '{"__proto__":1}',
  ])("takes the object %j", (text) => {
    expect(refusalOf("clients/pump-7/alerts", bytes(text))).toBeUndefined();
  });

  it("takes a payload of exactly the limit", () => {
    const payload = bytes(`{"t":"${"x".repeat(payloadLimitBytes - 8)}"}`);
    expect(payload).toHaveLength(payloadLimitBytes);
    expect(refusalOf("clients/pump-7/alerts", payload)).toBeUndefined();
  });
});

describe("a signature", () => {
  const signed = (signature?: string) =>
    accept({ topic: "clients/pump-7/alerts", payload: alert, signature }, name).headers;

  it("goes along as it came, and what has none costs no header", () => {
    expect(signed("v1;kid=a")).toEqual({
      "Nats-Msg-Id": name,
      "Sentinel-Alert-Signature": "v1;kid=a",
    });
    expect(signed()).toEqual({ "Nats-Msg-Id": name });
  });
});

describe("the message id", () => {
  it("is the publisher's own where it gave one, with the client and a hash of the payload", () => {
    expect(idOf(alert, "k-9")).toBe(`pump-7:k-9:${hash(alert).slice(0, 16)}`);
  });

  it.each([
    '{"id":"a-1"}',
    '{"id":42}',
    '{"alert-id":"a-1"}',
    '{"alertId":"a-1"}',
  ])("is no field of the payload %s", (text) => {
    expect(idOf(bytes(text))).toBe(name);
  });

  it.each([
    ["empty", ""],
    ["two lines, which would forge a header", "a\r\nNats-Rollup: all"],
    ["two words", "a b"],
    ["beyond ASCII", "ä"],
    ["129 characters", "i".repeat(129)],
  ])("is the name of the publish where the publisher's is %s", (_, alertId) => {
    expect(idOf(alert, alertId)).toBe(name);
  });
});

describe("a message that cannot be taken", () => {
  it("goes to DEAD_LETTER with its reason, its topic and an id of its own", () => {
    expect(accepted("clients/pump 7/alerts", alert)).toEqual({
      refusal: "invalid-client-id",
      subject: "deadletter.bridge.invalid-client-id",
      headers: {
        "Nats-Msg-Id": name,
        "Sentinel-Reason": "invalid-client-id",
        "Sentinel-Topic": "clients%2Fpump%207%2Falerts",
      },
      payload: alert,
    });
  });

  it("shows the beginning of a topic that is too long for a header", () => {
    const { headers } = accepted(`clients/${"🚨".repeat(16_000)}`, alert);
    const shown = decodeURIComponent(headers["Sentinel-Topic"] ?? "");
    expect(shown).toBe(`clients/${"🚨".repeat(508)}…`);
    expect(headers["Sentinel-Topic"]?.length).toBeLessThan(10_000);
    const odd = accepted(`x${"🚨".repeat(16_000)}`, alert).headers["Sentinel-Topic"] ?? "";
    expect(decodeURIComponent(odd)).toBe(`x${"🚨".repeat(511)}\ufffd…`);
  });

  it.each([
    "a b",
    "a.b",
    "*",
    ">",
    "n".repeat(65),
    "",
    "pümp",
    "a\r\nPUB evil 2\r\nhi",
    "\ud800",
    "%20",
    "+",
    "#",
  ])("refuses the client id %j", (id) => {
    expect(refusalOf(`clients/${id}/alerts`)).toBe("invalid-client-id");
  });

  it.each([
    "",
    "clients",
    "clients/pump-7",
    "clients/pump-7/",
    "clients/pump-7/alerts/",
    "/clients/pump-7/alerts",
    "clients/a/b/alerts",
    "clients/pump-7/reports",
    "Clients/pump-7/alerts",
    "clients/pump-7/alerts/x",
    "clients//",
    "devices/pump-7/alerts",
  ])("refuses the topic %j", (topic) => {
    expect(refusalOf(topic)).toBe("invalid-topic");
  });

  it.each([
    "",
    "[]",
    "[{}]",
    "42",
    '"text"',
    "null",
    "true",
    "{",
    "{}{}",
    "{'a':1}",
    "\ufeff{}",
  ])("refuses the payload %j", (text) => {
    expect(refusalOf("clients/pump-7/alerts", bytes(text))).toBe("payload-not-json");
  });

  it.each([
    ["a broken sequence", [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]],
    ["UTF-16", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ["an overlong form", [0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
  ])("refuses a payload that is not UTF-8: %s", (_, payload) => {
    expect(refusalOf("clients/pump-7/alerts", Uint8Array.from(payload))).toBe("payload-not-json");
  });

  it("refuses an oversized payload, whatever it holds", () => {
    const payload = bytes(`{"t":"${"x".repeat(payloadLimitBytes - 7)}"}`);
    expect(refusalOf("clients/pump-7/alerts", payload)).toBe("payload-too-large");
  });
});

describe("whatever comes", () => {
  const level = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom("a", "9", "-", "_", ".", "*", ">", " ", "\r", "\n", "\ud800"),
    }),
  );
  const topic = fc.oneof(
    level.map((id) => `clients/${id}/alerts`),
    fc.array(level, { maxLength: 6 }).map((levels) => levels.join("/")),
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map(bytes),
    fc.dictionary(fc.constantFrom("id", "a"), fc.jsonValue()).map((o) => bytes(JSON.stringify(o))),
  );

  it("answers with a subject of three plain tokens and headers of printable ASCII", () => {
    fc.assert(
      fc.property(topic, payload, (someTopic, somePayload) => {
        const { subject, headers } = accepted(someTopic, somePayload);
        expect(subject).toMatch(/^(ingress\.upstream|deadletter\.bridge)\.[A-Za-z0-9_-]{1,64}$/);
        expect(headers["Nats-Msg-Id"]).toBeTruthy();
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });

  it("takes an object exactly from a client id between `clients` and `alerts`", () => {
    fc.assert(
      fc.property(level, fc.dictionary(fc.string(), fc.jsonValue()), (id, object) => {
        const taken =
          refusalOf(`clients/${id}/alerts`, bytes(JSON.stringify(object))) === undefined;
        expect(taken).toBe(isClientId(id));
      }),
    );
  });
});
