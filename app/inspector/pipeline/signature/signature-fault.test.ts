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
}

function faultOf(each: Case) {
  const about: SignedAlert = {
    ...{ topic: topics.alerts("pump-7"), alertId: "4711", keyId: "desk-1", signedMs: nowMs },
    ...{ payloadSha256: payloadSha256(payload), ...each.said },
  };
  const { keyId, signedMs } = about;
  const signature = sign(null, signedBytes(about), (each.by ?? pair).privateKey);
  const given = each.text ?? signatureText({ keyId, signedMs, signature });
  const message = { clientId: each.clientId ?? "pump-7", payload: each.payload ?? payload };
  const id = alertMessageId(message.clientId, each.alertId ?? "4711", message.payload) ?? "";
  const claim = { signature: given, messageId: each.messageId ?? id, takenMs: nowMs };
  const keys = new Map([["desk-1", each.key ?? knownKey()]]);
  return signatureFaultOf(message, claim, keys);
}

it("finds nothing wrong with what a known publisher has signed", () => {
  expect(faultOf({})).toBeUndefined();
  expect(faultOf({ alertId: "a:b", said: { alertId: "a:b" } })).toBeUndefined();
});

it.each<[string, Case, string]>([
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

it("takes no field of a text for another: each says what was signed and nothing else", () => {
  const bytes = signedBytes({
    ...{ topic: topics.alerts("pump-7"), alertId: "4711", keyId: "desk-1", signedMs: nowMs },
    payloadSha256: payloadSha256(payload),
  });
  const signature = sign(null, bytes, pair.privateKey);
  const later = signatureText({ keyId: "desk-1", signedMs: nowMs + 1, signature });
  expect(faultOf({ text: later })).toBe("invalid");
});

it("tells an alert without a signature", () => {
  expect(signatureFaultOf({ clientId: "pump-7", payload }, undefined, new Map())).toBe("missing");
});
