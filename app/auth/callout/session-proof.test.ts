import { describe, expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { hashSecret } from "../../registry/secret.ts";
import { certificateProof, proofIn, proofOf, sessionFault, sessionName } from "./session-proof.ts";

const nowMs = 1_000;
const device = (changes = {}) => deviceWith("pump-7", "secret", changes);

it("is found again in the name of a session, and in no other user's", () => {
  expect(proofIn(sessionName("pump-7", "3f9a12cd"), "pump-7")).toBe("3f9a12cd");
  expect(proofIn("warmup", "pump-7")).toBeUndefined();
  expect(proofIn("pump-70/3f9a12cd", "pump-7")).toBeUndefined();
});

describe("a session", () => {
  const record = device();
  const proof = proofOf(record.secret);
  const other = hashSecret("other");

  it.each([
    ["of an unchanged device", record, undefined],
    ["of a device with other labels", { ...record, labels: ["site:x"], version: 9 }, undefined],
    ["of a device that is gone", undefined, "deleted"],
    ["of a suspended device", { ...record, status: "suspended" as const }, "inactive"],
    ["of a revoked device", { ...record, status: "revoked" as const }, "inactive"],
    ["with a secret that was replaced", { ...record, secret: other }, "replaced"],
    [
      "with the previous secret in its time",
      { ...record, secret: other, previous: { ...record.secret, validUntil: nowMs + 1 } },
      undefined,
    ],
    [
      "with the previous secret after its time",
      { ...record, secret: other, previous: { ...record.secret, validUntil: nowMs } },
      "replaced",
    ],
  ])("%s", (_, now, fault) => {
    expect(sessionFault(proof, now, nowMs)).toBe(fault);
  });
});

describe("a session that began with a certificate", () => {
  const [own, other] = ["ab".repeat(32), "cd".repeat(32)];
  const pinnedTo = (certificateFingerprint: string) => device({ certificateFingerprint });

  it.each([
    ["of a device that is not pinned", device({ secret: hashSecret("another") }), undefined],
    ["of a device that is pinned to it", pinnedTo(own), undefined],
    ["of a device that is pinned to another", pinnedTo(other), "replaced"],
    ["of a suspended device", device({ status: "suspended" }), "inactive"],
    ["of a device that is gone", undefined, "deleted"],
  ])("%s", (_, now, fault) => {
    expect(sessionFault(certificateProof(own), now, nowMs)).toBe(fault);
  });
});
