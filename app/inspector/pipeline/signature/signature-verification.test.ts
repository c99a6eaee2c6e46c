import { expect, it } from "vitest";
import type { SignaturePolicy } from "../../../contract/alert-signature.ts";
import type { InspectedMessage, SignedClaim } from "../message.ts";
import { verdictOf } from "../verdict.ts";
import { createSignatureVerification } from "./signature-verification.ts";

const claim: SignedClaim = { signature: "unreadable", messageId: "x", takenMs: 1, storedMs: 1 };
const message = (part: Partial<InspectedMessage> = {}): InspectedMessage => ({
  ...{ origin: "upstream", clientId: "pump-7", payload: Buffer.from("{}"), qos: 1 },
  ...{ sequence: 1, receivedMs: 1, recipient: "active" },
  ...part,
});

function judged(
  policy: Exclude<SignaturePolicy, "off">,
  part: Partial<InspectedMessage>,
  trusted = true,
) {
  const keys = { get: () => undefined, trusted };
  const { find } = createSignatureVerification({ policy, region: "eu-west", keys });
  const about = message(part);
  const findings = find(about, {} as never);
  if (findings instanceof Promise) throw new Error("it takes no turn of the event loop");
  const [finding] = findings;
  return [finding?.rule, finding?.level, verdictOf(about.origin, findings)];
}

it("holds what is not signed as it should be where that is required, and tags it otherwise", () => {
  expect(judged("require", {})).toEqual(["signature-missing", "low", "quarantine"]);
  expect(judged("tag", {})).toEqual(["signature-missing", "low", "tag"]);
  expect(judged("require", { signed: claim })).toEqual([
    ...["signature-malformed", "medium", "quarantine"],
  ]);
  expect(judged("tag", { signed: claim })).toEqual(["signature-malformed", "medium", "tag"]);
});

it("asks no device for a signature", () => {
  expect(judged("require", { origin: "device" })).toEqual([undefined, undefined, "allow"]);
});

it("lets signed alerts wait for keys that are not known where they are required, and tags them otherwise", () => {
  expect(() => judged("require", { signed: claim }, false)).toThrow("keys of publishers");
  expect(judged("tag", { signed: claim }, false)).toEqual(["signature-unverified", "low", "tag"]);
  expect(judged("require", {}, false)).toEqual(["signature-missing", "low", "quarantine"]);
});
