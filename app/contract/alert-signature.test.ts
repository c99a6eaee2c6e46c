import fc from "fast-check";
import { expect, it } from "vitest";
import {
  carriedSignature,
  parseSignature,
  type SignedAlert,
  signatureText,
  signedBytes,
} from "./alert-signature.ts";
import { alertIdIn, alertMessageId, payloadSha256 } from "./message-id.ts";

const signature = Buffer.alloc(64, 7);
const text = signatureText({ keyId: "desk-1", signedMs: 1_800_000_000_000, signature });

it("is carried as it came, or as a word that says that it cannot be read", () => {
  expect(carriedSignature(undefined)).toBeUndefined();
  expect(carriedSignature(text)).toBe(text);
  const wrong = [[text, text], "", "a b", "a\r\nNats-Rollup: all", "ä", "x".repeat(257)];
  expect(wrong.map((each) => carriedSignature(each))).toEqual(wrong.map(() => "unreadable"));
  expect(parseSignature("unreadable")).toBeUndefined();
});

it("is one printable token whatever a publisher gives", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (given) => {
      expect(carriedSignature(given)).toMatch(/^[\x21-\x7e]{1,256}$/);
    }),
  );
});

it("reads what it writes", () => {
  expect(parseSignature(text)).toEqual({ keyId: "desk-1", signedMs: 1_800_000_000_000, signature });
  const longest = signatureText({ keyId: "k".repeat(64), signedMs: 1e15 - 1, signature });
  expect(longest).toHaveLength(180);
  expect(parseSignature(longest)).toBeDefined();
});

it.each([
  ["another version", text.replace("v1", "v2")],
  ["another order", text.replace(/(kid=[^;]*);(t=[^;]*)/, "$2;$1")],
  ["no key", text.replace("desk-1", "")],
  ["a key that is none", text.replace("desk-1", "desk/1")],
  ["a fraction of a millisecond", text.replace("t=18", "t=1.8")],
  ["a time before 1970", text.replace("t=18", "t=-18")],
  ["63 bytes", text.slice(0, -2)],
  ["padding", `${text}==`],
  ["something behind it", `${text};x=1`],
])("reads none that has %s", (_, wrong) => {
  expect(parseSignature(wrong)).toBeUndefined();
});

const alert: SignedAlert = {
  region: "eu-west",
  topic: "clients/pump-7/alerts",
  alertId: "4711",
  keyId: "desk-1",
  signedMs: 1_800_000_000_000,
  payloadSha256: payloadSha256(Buffer.from("{}")),
};

it("is over seven lines, each ended", () => {
  expect(signedBytes(alert).toString()).toBe(
    "sentinel-alert-v1\neu-west\nclients/pump-7/alerts\n4711\ndesk-1\n1800000000000\n" +
      "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n",
  );
});

it("is over other bytes as soon as one field is another", () => {
  const others: Partial<SignedAlert>[] = [
    { region: "us-east" },
    { topic: "clients/pump-8/alerts" },
    { alertId: "4712" },
    { keyId: "desk-2" },
    { signedMs: alert.signedMs + 1 },
    { payloadSha256: payloadSha256(Buffer.from("{} ")) },
  ];
  const all = [alert, ...others.map((other) => ({ ...alert, ...other }))];
  expect(new Set(all.map((each) => signedBytes(each).toString())).size).toBe(7);
});

it("finds the publisher's id in the identity of an alert, and in no name that a bridge gives", () => {
  const payload = Buffer.from('{"a":1}');
  const about = { clientId: "pump-7", payloadSha256: payloadSha256(payload) };
  for (const alertId of ["4711", "a:b", "pump-7:x", ":"]) {
    expect(alertIdIn(alertMessageId("pump-7", alertId, payload) ?? "", about)).toBe(alertId);
  }
  expect(alertIdIn("0011223344556677:4:1z", about)).toBeUndefined();
  const mark = "0011223344556677";
  expect(alertIdIn(`${mark}:4:1z`, { ...about, clientId: mark })).toBeUndefined();
  const other = alertMessageId("pump-7", "4711", Buffer.from("{}")) ?? "";
  expect(alertIdIn(other, about)).toBeUndefined();
});
