import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClientId } from "../contract/client-id.ts";
import { payloadLimitBytes } from "../contract/limits.ts";
import { accept } from "./accept.ts";

const bytes = (text: string) => Buffer.from(text);
const alert = bytes('{"id":"a-1","severity":"high"}');
const hash = (...parts: (string | Uint8Array)[]) => {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
};
const refusalOf = (topic: string, payload: Uint8Array = alert) => accept(topic, payload).refusal;
const idOf = (payload: Uint8Array) =>
  accept("clients/pump-7/alerts", payload).headers["Nats-Msg-Id"];

describe("an alert on a right topic", () => {
  it("goes to INGRESS under its client", () => {
    expect(accept("clients/pump-7/alerts", alert)).toEqual({
      subject: "ingress.upstream.pump-7",
      headers: { "Nats-Msg-Id": `pump-7:a-1:${hash(alert).slice(0, 16)}` },
    });
  });

  it.each(["x", "A_b-9", "_", "-", "n".repeat(64)])("takes the client id %j", (id) => {
    expect(accept(`clients/${id}/alerts`, alert).subject).toBe(`ingress.upstream.${id}`);
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

describe("the message id", () => {
  it.each([
    ["a text", '{"id":"k-9"}', "k-9"],
    ["an integer", '{"id":42}', "42"],
    ["a negative integer", '{"id":-1}', "-1"],
    ["128 characters", `{"id":"${"i".repeat(128)}"}`, "i".repeat(128)],
    ["punctuation", '{"id":"a:b/c"}', "a:b/c"],
  ])("uses an id that is %s", (_, text, id) => {
    expect(idOf(bytes(text))).toBe(`pump-7:${id}:${hash(text).slice(0, 16)}`);
  });

  it.each([
    ["absent", "{}"],
    ["null", '{"id":null}'],
    ["empty", '{"id":""}'],
    ["a fraction", '{"id":1.5}'],
    ["too large to be exact", '{"id":9007199254740993}'],
    ["a boolean", '{"id":true}'],
    ["an object", '{"id":{}}'],
    ["a list", '{"id":["a"]}'],
    ["two lines, which would forge a header", '{"id":"a\\r\\nNats-Rollup: all"}'],
    ["two words", '{"id":"a b"}'],
    ["beyond ASCII", '{"id":"ä"}'],
    ["129 characters", `{"id":"${"i".repeat(129)}"}`],
  ])("uses topic and payload where the id is %s", (_, text) => {
    expect(idOf(bytes(text))).toBe(`pump-7:${hash("clients/pump-7/alerts|", text)}`);
  });
});

describe("a message that cannot be taken", () => {
  it("goes to DEAD_LETTER with its reason, its topic and an id of its own", () => {
    expect(accept("clients/pump 7/alerts", alert)).toEqual({
      refusal: "invalid-client-id",
      subject: "deadletter.bridge.invalid-client-id",
      headers: {
        "Nats-Msg-Id": hash("clients/pump 7/alerts|", alert),
        "Sentinel-Reason": "invalid-client-id",
        "Sentinel-Topic": "clients%2Fpump%207%2Falerts",
      },
    });
  });

  it("shows the beginning of a topic that is too long for a header", () => {
    const { headers } = accept(`clients/${"🚨".repeat(16_000)}`, alert);
    const shown = decodeURIComponent(headers["Sentinel-Topic"] ?? "");
    expect(shown).toBe(`clients/${"🚨".repeat(508)}…`);
    expect(headers["Sentinel-Topic"]?.length).toBeLessThan(10_000);
    const odd = accept(`x${"🚨".repeat(16_000)}`, alert).headers["Sentinel-Topic"] ?? "";
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
        const { subject, headers } = accept(someTopic, somePayload);
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

  it("gives different alerts different ids, though their own ids are the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [one, other].map((value) => bytes(JSON.stringify({ id: 1, value })));
        fc.pre(a !== undefined && b !== undefined && !a.equals(b));
        expect(idOf(a)).not.toBe(idOf(b));
      }),
    );
  });
});
