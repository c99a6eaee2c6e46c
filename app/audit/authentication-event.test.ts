import { describe, expect, it } from "vitest";
import { calloutRequest, deviceCertificate, serverNkey } from "../auth/callout/callout.fixture.ts";
import { auditRecord, unrecordedSummary } from "./authentication-event.ts";

const nowMs = 1_800_000_000_000.4;

describe("an audit record", () => {
  it("of an admission is an OCSF Authentication event on the device's subject", () => {
    const record = auditRecord({ request: calloutRequest(), code: undefined, known: true, nowMs });

    expect(record.subject).toBe("audit.auth.pump-7");
    expect(record.event).toMatchObject({
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300201,
      status_id: 1,
      time: 1_800_000_000_000,
      user: { name: "pump-7", uid: "pump-7" },
      src_endpoint: { ip: "203.0.113.9" },
      dst_endpoint: { name: "edge-1", uid: serverNkey },
      metadata: { version: "1.8.0", uid: record.id },
    });
    expect(record.event).not.toHaveProperty("status_detail");
  });

  it("of a refusal says why", () => {
    const record = auditRecord({
      request: calloutRequest(),
      code: "bad-secret",
      known: true,
      nowMs,
    });

    expect(record.subject).toBe("audit.auth.pump-7");
    expect(record.event).toMatchObject({ status_id: 2, status_detail: "bad-secret" });
  });

  it("of an id that the registry does not have shares the subject of strangers", () => {
    const request = calloutRequest({ clientId: "made-up", userName: "made-up" });

    const record = auditRecord({ request, code: "unknown-client", known: false, nowMs });

    expect(record.subject).toBe("audit.auth._");
    expect(record.event["user"]).toMatchObject({ uid: "made-up" });
  });

  it("never contains the password, and of long names only the beginning", () => {
    const request = calloutRequest({
      userName: "u".repeat(60_000),
      clientId: "c".repeat(60_000),
      password: "the-password",
    });

    const { event } = auditRecord({ request, code: "invalid-client-id", known: false, nowMs });

    expect(JSON.stringify(event)).not.toContain("the-password");
    expect(JSON.stringify(event).length).toBeLessThan(2_500);
  });

  it("has the certificate as OCSF describes one", () => {
    const certificate = deviceCertificate({ subject: `CN=${"c".repeat(1_000)}` });
    const attempt = { code: "certificate-mismatch", known: false, nowMs };

    const { event } = auditRecord({ request: calloutRequest({ certificate }), ...attempt });
    const unreadable = calloutRequest({ certificate: "unreadable" });

    expect(event["certificate"]).toEqual({
      subject: `CN=${"c".repeat(252)}…`,
      issuer: "CN=Device CA",
      serial_number: "01",
      expiration_time: certificate.notAfter,
      fingerprints: [{ algorithm_id: 3, algorithm: "SHA-256", value: certificate.fingerprint }],
    });
    expect(auditRecord({ request: unreadable, ...attempt }).event).not.toHaveProperty(
      "certificate",
    );
  });

  it("has an id of its own each time", () => {
    const decision = { request: calloutRequest(), code: undefined, known: true, nowMs };

    expect(auditRecord(decision).id).not.toBe(auditRecord(decision).id);
  });

  it("can stand for many refusals", () => {
    const record = unrecordedSummary({ count: 12, sinceMs: nowMs, untilMs: nowMs + 5_000 });

    expect(record.subject).toBe("audit.auth._");
    expect(record.event).toMatchObject({
      status_id: 2,
      status_detail: "audit-unavailable",
      count: 12,
      start_time: 1_800_000_000_000,
      end_time: 1_800_000_005_000,
    });
  });
});
