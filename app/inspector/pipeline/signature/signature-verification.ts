import type { SignaturePolicy } from "../../../contract/alert-signature.ts";
import type { Finding, Level } from "../../../contract/verdict.ts";
import type { Stage } from "../stages.ts";
import type { PublisherKeyRing } from "./publisher-key-ring.ts";
import { type SignatureFault, signatureFaultOf } from "./signature-fault.ts";

const objections: Readonly<Record<SignatureFault | "unverified", readonly [string, Level]>> = {
  missing: ["Alert without a signature", "low"],
  malformed: ["Signature that cannot be read", "medium"],
  "key-unknown": ["Signed with a key that is not known", "medium"],
  "key-revoked": ["Signed with a revoked key", "high"],
  "key-expired": ["Signed when its key did not count", "medium"],
  expired: ["Signed too long ago, or in the future", "medium"],
  invalid: ["Signature that is not of this alert", "high"],
  unverified: ["Signature could not be verified", "low"],
};

function findingsBy(verdict: "tag" | "quarantine") {
  const found = (fault: keyof typeof objections): readonly Finding[] => {
    const [title, level] = objections[fault];
    const rule = `signature-${fault}`;
    return [{ class: "signature", rule, title, level, verdict, confidence: 1, tags: [] }];
  };
  const all = Object.keys(objections) as (keyof typeof objections)[];
  return new Map(all.map((fault) => [fault, found(fault)]));
}

export interface SignatureVerificationOptions {
  readonly policy: Exclude<SignaturePolicy, "off">;
  readonly region: string;
  readonly keys: Pick<PublisherKeyRing, "get" | "trusted">;
}

/** Whether an alert is signed by a publisher that is known. Devices prove who they are when they connect. */
export function createSignatureVerification({
  policy,
  region,
  keys,
}: SignatureVerificationOptions): Stage {
  const findings = findingsBy(policy === "require" ? "quarantine" : "tag");
  const findingsOf = (fault: keyof typeof objections) => findings.get(fault) ?? [];
  return {
    name: "signature-verification",
    find(message) {
      if (message.origin !== "upstream") return [];
      if (message.signed && !keys.trusted) {
        // It waits, in order and not lost, for as long as nobody can tell.
        if (policy === "require") throw new Error("the keys of publishers are not known");
        return findingsOf("unverified");
      }
      const fault = signatureFaultOf(message, message.signed, { region, keys });
      return fault === undefined ? [] : findingsOf(fault);
    },
  };
}
