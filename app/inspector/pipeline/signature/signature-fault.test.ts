import { generateKeyPairSync, sign } from "node:crypto";
import { expect, it } from "vitest";
import { type SignedAlert, signatureText, signedBytes } from "../../../contract/alert-signature.ts";
import { alertMessageId, payloadSha256 } from "../../../contract/message-id.ts";
import { topics } from "../../../contract/subjects.ts";
import type { KnownKey } from "./publisher-key-ring.ts";
import { signatureFaultOf } from "./signature-fault.ts";

const nowMs = 1_800_000_000_000;
const minute = 60_000;
const pair = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519");
const payload = Buffer.from('{"alarm":"door open"}');
const knownKey = (more: Partial<KnownKey> = {}): KnownKey => ({
  object: pair.publicKey,
  notBefore: nowMs - 1_000 * minute,
  notAfter: Number.POSITIVE_INFINITY,
  revoked: false,
  ...more,
});

interface Case {
  /** What is said and signed. */
  readonly said?: Partial<SignedAlert>;
  readonly by?: typeof pair;
  /** What the alert is in truth. */
  readonly clientId?: string;
  readonly alertId?: string;
  readonly payload?: Buffer;
  readonly key?: KnownKey;
  readonly text?: string;
  readonly messageId?: string;
  /** For how long the bridge held it. */
  readonly heldMs?: number;
}

function faultOf(each: Case) {
  const about: SignedAlert = {
    ...{ region: "eu-west", topic: topics.alerts("pump-7"), alertId: "4711", keyId: "desk-1" },
    ...{ signedMs: nowMs, payloadSha256: payloadSha256(payload), ...each.said },
  };
  const { keyId, signedMs } = about;
  const signature = sign(null, signedBytes(about), (each.by ?? pair).privateKey);
  const given = each.text ?? signatureText({ keyId, signedMs, signature });
  const message = { clientId: each.clientId ?? "pump-7", payload: each.payload ?? payload };
  const id = alertMessageId(message.clientId, each.alertId ?? "4711", message.payload) ?? "";
  const claim = {
    signature: given,
    messageId: each.messageId ?? id,
    takenMs: nowMs,
    storedMs: nowMs + (each.heldMs ?? 0),
  };
  const keys = new Map([["desk-1", each.key ?? knownKey()]]);
  return signatureFaultOf(message, claim, { region: "eu-west", keys });
}

it("finds nothing wrong with what a known publisher has signed", () => {
  expect(faultOf({})).toBeUndefined();
  expect(faultOf({ alertId: "a:b", said: { alertId: "a:b" } })).toBeUndefined();
});

it.each<[string, Case, string]>([
  ["for another region", { said: { region: "us-east" } }, "invalid"],
  ["for another device", { clientId: "pump-8" }, "invalid"],
  ["under another id", { alertId: "4712" }, "invalid"],
  ["with another payload", { payload: Buffer.from('{"alarm":"door shut"}') }, "invalid"],
  ["by somebody else", { by: other }, "invalid"],
  ["by a key that nobody knows", { said: { keyId: "desk-2" } }, "key-unknown"],
  ["by a revoked key", { key: knownKey({ revoked: true }) }, "key-revoked"],
  ["before its key counted", { key: knownKey({ notBefore: nowMs + 1 }) }, "key-expired"],
  ["when its key had ended", { key: knownKey({ notAfter: nowMs }) }, "key-expired"],
  ["in no form that can be read", { text: "unreadable" }, "malformed"],
  ["without an id of the publisher's", { messageId: "0011223344556677:4:1z" }, "malformed"],
  ["111 minutes ago", { said: { signedMs: nowMs - 111 * minute } }, "expired"],
  ["6 minutes ahead", { said: { signedMs: nowMs + 6 * minute } }, "expired"],
])("finds what was signed %s", (_, each, fault) => {
  expect(faultOf(each)).toBe(fault);
});

it("takes what waited in the broker, or was sent again, for longer than an hour", () => {
  for (const signedMs of [nowMs - 109 * minute, nowMs + 4 * minute]) {
    expect(faultOf({ said: { signedMs } })).toBeUndefined();
  }
});

it("takes what a bridge held for hours only when it came straight from its publisher", () => {
  const after = (minutes: number, heldMs: number) =>
    faultOf({ said: { signedMs: nowMs - minutes * minute }, heldMs });
  expect(after(4, 300 * minute)).toBeUndefined();
  expect(after(109, 4 * minute)).toBeUndefined();
  // Its first copy may be forgotten by the time this one is stored.
  expect(after(6, 6 * minute)).toBe("expired");
  expect(after(109, 6 * minute)).toBe("expired");
});

it("takes no field of a text for another: each says what was signed and nothing else", () => {
  const bytes = signedBytes({
    ...{ region: "eu-west", topic: topics.alerts("pump-7"), alertId: "4711", keyId: "desk-1" },
    ...{ signedMs: nowMs, payloadSha256: payloadSha256(payload) },
  });
  const signature = sign(null, bytes, pair.privateKey);
  const later = signatureText({ keyId: "desk-1", signedMs: nowMs + 1, signature });
  expect(faultOf({ text: later })).toBe("invalid");
});

it("tells an alert without a signature", () => {
  const judge = { region: "eu-west", keys: new Map() };
  expect(signatureFaultOf({ clientId: "pump-7", payload }, undefined, judge)).toBe("missing");
});
