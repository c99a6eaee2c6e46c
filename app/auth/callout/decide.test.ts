import { describe, expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { calloutRequest, deviceCertificate, expires } from "./callout.fixture.ts";
import { credentialRules } from "./credential-rules.ts";
import { decide, leastAgeMs, screen } from "./decide.ts";
import { refusalCodes, spokenRefusal } from "./refusal.ts";
import { proofOf } from "./session-proof.ts";

const now = { nowMs: expires * 1000 - 1_500, rule: credentialRules.secret };
const at = (nowMs: number) => ({ ...now, nowMs });
const refused = (code: string) => ({ outcome: "refuse", code });
const free = { auditBlocked: false } as const;

describe("before the registry is asked", () => {
  it("a request in order passes", () => {
    expect(screen(calloutRequest(), free, now)).toBeUndefined();
  });

  it.each([
    ["a NATS client", { transport: "nats" }, "not-mqtt"],
    ["a websocket client", { transport: "websocket" }, "not-mqtt"],
    ["an unnamed transport", { transport: "" }, "not-mqtt"],
    ["no client id", { clientId: "", userName: "" }, "invalid-client-id"],
    ["a wildcard id", { clientId: "*", userName: "*" }, "invalid-client-id"],
    ["an id of two tokens", { clientId: "a.b", userName: "a.b" }, "invalid-client-id"],
    ["a long id", { clientId: "a".repeat(65), userName: "a".repeat(65) }, "invalid-client-id"],
    ["an id with a line end", { clientId: "a\n", userName: "a\n" }, "invalid-client-id"],
    ["another's user name", { userName: "pump-8" }, "user-mismatch"],
    ["a user name in other case", { userName: "PUMP-7" }, "user-mismatch"],
    ["no user name", { userName: "" }, "user-mismatch"],
  ])("%s is refused", (_, changes, code) => {
    expect(screen(calloutRequest(changes), free, now)).toEqual(refused(code));
  });

  it.each(["rate-limited", "locked-out"] as const)("who is %s is refused as that", (limited) => {
    expect(screen(calloutRequest(), { ...free, limited }, now)).toEqual(refused(limited));
  });

  it("a device that sent too much is refused as that, if it is one", () => {
    expect(screen(calloutRequest(), { ...free, cutOff: true }, now)).toEqual(refused("cut-off"));
    const both = { ...free, cutOff: true, barred: true };
    expect(screen(calloutRequest(), both, now)).toEqual(refused("barred"));
    const stranger = calloutRequest({ userName: "pump-8" });
    expect(screen(stranger, { ...free, cutOff: true }, now)).toEqual(refused("user-mismatch"));
  });

  it("nobody passes while no record of it can be made", () => {
    expect(screen(calloutRequest(), { auditBlocked: true }, now)).toEqual(
      refused("audit-unavailable"),
    );
  });

  it("a request is refused only when the server's deadline is over for sure", () => {
    expect(screen(calloutRequest(), free, at(expires * 1000 + 999))).toBeUndefined();
    expect(screen(calloutRequest(), free, at(expires * 1000 + 1_000))).toEqual(
      refused("request-expired"),
    );
  });

  it("the first objection counts: too late, then limited, then the request, then the audit", () => {
    const late = at(expires * 1000 + 1_000);
    const all = { limited: "locked-out", auditBlocked: true } as const;
    const odd = calloutRequest({ transport: "nats", clientId: "a.b" });

    expect(screen(odd, all, late)).toEqual(refused("request-expired"));
    expect(screen(odd, all, now)).toEqual(refused("locked-out"));
    expect(screen(odd, { auditBlocked: true }, now)).toEqual(refused("not-mqtt"));
    expect(screen(calloutRequest({ clientId: "a.b" }), { auditBlocked: true }, now)).toEqual(
      refused("invalid-client-id"),
    );
  });
});

it("knows how old a request is at least, whichever part of its second it was made in", () => {
  const made = (ms: number) =>
    calloutRequest({ expiresAt: Math.floor((ms + 2_000) / 1000) * 1000 });

  expect(leastAgeMs(made(10_000), 10_600)).toBe(-400);
  expect(leastAgeMs(made(10_999), 11_600)).toBe(600);
});

describe("with what the registry knows", () => {
  const found = (changes = {}) =>
    ({ kind: "found", record: deviceWith("pump-7", "secret", changes) }) as const;

  it("the right secret of an active device is admitted", () => {
    const lookup = found();

    expect(decide(calloutRequest(), lookup, now)).toEqual({
      outcome: "admit",
      record: lookup.record,
      proof: proofOf(lookup.record.secret),
    });
  });

  it.each([
    ["an unknown id", { kind: "absent" } as const, {}, "unknown-client"],
    ["an unreachable registry", { kind: "unavailable" } as const, {}, "registry-unavailable"],
    ["a damaged record", { kind: "damaged" } as const, {}, "record-damaged"],
    ["a registry that nobody more may ask", { kind: "overloaded" } as const, {}, "overloaded"],
    ["a wrong secret", found(), { password: "Secret" }, "bad-secret"],
    ["no secret", found(), { password: "" }, "bad-secret"],
    ["a suspended device", found({ status: "suspended" }), {}, "inactive"],
    ["a revoked device", found({ status: "revoked" }), {}, "inactive"],
    [
      "a revoked device's wrong secret",
      found({ status: "revoked" }),
      { password: "" },
      "bad-secret",
    ],
  ])("%s is refused", (_, lookup, changes, code) => {
    expect(decide(calloutRequest(changes), lookup, now)).toEqual(refused(code));
  });
});

describe("where devices use certificates", () => {
  const here = { ...now, rule: credentialRules.certificate };
  const certified = (changes = {}) =>
    calloutRequest({
      ...{ userName: "", password: "", certificate: deviceCertificate() },
      ...changes,
    });
  const found = (changes = {}) =>
    ({ kind: "found", record: deviceWith("pump-7", "secret", changes) }) as const;
  const pinned = (certificateFingerprint: string) => found({ certificateFingerprint });

  it.each([
    ["without user name and password", {}],
    ["with its id as user name, and any password", { userName: "pump-7", password: "any" }],
    ["with what an SDK says of itself as user name", { userName: "?SDK=NodeJSv2&Version=1.22.0" }],
    ["with another's id as user name", { userName: "pump-8" }],
  ])("a request %s passes", (_, changes) => {
    expect(screen(certified(changes), free, here)).toBeUndefined();
  });

  it.each([
    [
      "the right secret alone",
      { certificate: undefined, password: "secret" },
      "certificate-missing",
    ],
    ["one that cannot be read", { certificate: "unreadable" }, "certificate-unreadable"],
    [
      "another's certificate",
      { certificate: deviceCertificate({ commonName: "pump-8" }) },
      "certificate-mismatch",
    ],
    [
      "a name in other case",
      { certificate: deviceCertificate({ commonName: "PUMP-7" }) },
      "certificate-mismatch",
    ],
    [
      "no name, or several",
      { certificate: deviceCertificate({ commonName: undefined }) },
      "certificate-mismatch",
    ],
    [
      "a certificate that ends within this second",
      { certificate: deviceCertificate({ notAfter: now.nowMs + 999 }) },
      "certificate-expired",
    ],
    ["no client id", { clientId: "" }, "invalid-client-id"],
    ["another protocol", { transport: "nats" }, "not-mqtt"],
  ])("%s is refused", (_, changes, code) => {
    const { certificate, ...request } = certified(changes);
    const shown = certificate === undefined ? request : { ...request, certificate };
    expect(screen(shown, free, here)).toEqual(refused(code));
  });

  it.each([
    ["is not pinned", found()],
    ["is pinned to it", pinned("ab".repeat(32))],
  ])("an active device that %s is admitted until the certificate ends", (_, lookup) => {
    const { notAfter: endsAt } = deviceCertificate();
    const proof = "cert-abababababababab";

    const decision = decide(certified(), lookup, here);

    expect(decision).toEqual({ outcome: "admit", record: lookup.record, proof, endsAt });
  });

  it.each([
    ["an unknown id", { kind: "absent" } as const, "unknown-client"],
    ["a device that is pinned to another", pinned("cd".repeat(32)), "certificate-unpinned"],
    ["a suspended device", found({ status: "suspended" }), "inactive"],
    ["a revoked device", found({ status: "revoked" }), "inactive"],
    [
      "a revoked device that is pinned to another",
      found({ status: "revoked", certificateFingerprint: "cd".repeat(32) }),
      "certificate-unpinned",
    ],
  ])("%s is refused", (_, lookup, code) => {
    expect(decide(certified(), lookup, here)).toEqual(refused(code));
  });
});

it("a certificate is no proof where devices use secrets", () => {
  const lookup = { kind: "found", record: deviceWith("pump-7", "secret") } as const;
  const certificate = deviceCertificate();

  expect(screen(calloutRequest({ userName: "", certificate }), free, now)).toEqual(
    refused("user-mismatch"),
  );
  expect(decide(calloutRequest({ password: "", certificate }), lookup, now)).toEqual(
    refused("bad-secret"),
  );
  expect(decide(calloutRequest({ certificate: "unreadable" }), lookup, now)).toMatchObject({
    outcome: "admit",
  });
});

it("tells a stranger one word, whichever credential was wrong, and for a lock-out too", () => {
  const credential = [
    "invalid-client-id",
    "user-mismatch",
    "unknown-client",
    "bad-secret",
    "certificate-missing",
    "certificate-unreadable",
    "certificate-mismatch",
    "certificate-expired",
    "certificate-unpinned",
    "inactive",
    "locked-out",
  ] as const;

  expect(new Set(credential.map(spokenRefusal))).toEqual(new Set(["refused"]));
  expect(new Set(refusalCodes.map(spokenRefusal))).toEqual(new Set(["refused", "unavailable"]));
});
