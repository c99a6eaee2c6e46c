import { expect, it } from "vitest";
import type { Finding } from "../../contract/verdict.ts";
import { securityEventsOf } from "./detection-finding.ts";

const finding = (part: Partial<Finding>): Finding => ({
  class: "pattern",
  rule: "r-1",
  title: "Shell command",
  level: "high",
  verdict: "quarantine",
  confidence: 0.8,
  tags: ["attack.t1059"],
  ...part,
});

const eventsOf = (findings: readonly Finding[], signature?: string) =>
  securityEventsOf({
    message: {
      origin: "device",
      clientId: "pump-7",
      payload: Buffer.from('{"cmd":"; rm -rf /","password":"hunter2"}'),
      qos: 1,
      sequence: 4711,
      receivedMs: 1_800_000_000_000.25,
      recipient: "not-asked",
      ...(signature !== undefined && {
        signed: { signature, messageId: "", takenMs: 1, storedMs: 1 },
      }),
    },
    messageId: "pump-7:4711",
    findings,
    verdict: "quarantine",
    rulesVersion: "base@1.0.0+abc",
    inspectedMs: 1_800_000_000_003.5,
  });

it("reports nothing about a message without findings", () => {
  expect(eventsOf([])).toEqual([]);
});

it("makes one event for each class, with an identity derived from the message's", () => {
  const events = eventsOf([
    finding({}),
    finding({ rule: "r-2" }),
    finding({ class: "anomaly", rule: "rate-surge", level: "low" }),
  ]);
  expect(events.map(({ class: c, id }) => [c, id])).toEqual([
    ["pattern", "pump-7:4711:pattern"],
    ["anomaly", "pump-7:4711:anomaly"],
  ]);
});

it("writes an OCSF 1.8 Detection Finding around the gravest finding", () => {
  const [event] = eventsOf([
    finding({ rule: "r-low", level: "low", title: "Odd text", tags: ["attack.t1190"] }),
    finding({}),
  ]);
  expect(event?.body).toMatchObject({
    class_uid: 2004,
    category_uid: 2,
    activity_id: 1,
    type_uid: 200401,
    time: 1_800_000_000_000,
    severity_id: 4,
    is_alert: true,
    confidence_score: 80,
    action_id: 2,
    disposition_id: 3,
    metadata: { version: "1.8.0", profiles: ["security_control"], uid: "pump-7:4711:pattern" },
    finding_info: {
      title: "Shell command",
      analytic: { uid: "r-1", type_id: 1, version: "base@1.0.0+abc" },
      related_analytics: [{ uid: "r-low", name: "Odd text" }],
      attacks: [{ technique: { uid: "T1059" } }, { technique: { uid: "T1190" } }],
    },
    resources: [{ type: "Device", uid: "pump-7" }],
  });
});

it("shows where the message is and how it begins, without its secrets", () => {
  const [event] = eventsOf([finding({})]);
  expect(event?.body.evidences).toEqual([
    {
      data: {
        origin: "device",
        client_id: "pump-7",
        ingress_sequence: 4711,
        payload_bytes: 41,
        excerpt: '{"cmd":"; rm -rf /","password":[masked]"}',
      },
    },
  ]);
});

it("names the key that an alert says it is signed with, where that can be read", () => {
  const wrong = [finding({ class: "signature", rule: "signature-invalid" })];
  const keyIn = (signature?: string) => {
    const [event] = eventsOf(wrong, signature);
    return event?.body.evidences[0]?.data.key_id;
  };
  expect(keyIn(`v1;kid=desk-1;t=1800000000000;sig=${"A".repeat(86)}`)).toBe("desk-1");
  expect(keyIn("unreadable")).toBeUndefined();
  expect(keyIn()).toBeUndefined();
});
