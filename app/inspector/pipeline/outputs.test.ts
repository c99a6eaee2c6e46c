import { expect, it } from "vitest";
import { lanes } from "../../contract/lanes.ts";
import { payloadLimitBytes } from "../../contract/limits.ts";
import type { Finding, Verdict } from "../../contract/verdict.ts";
import type { SecurityEvent } from "./detection-finding.ts";
import type { IngressMessage } from "./ingress-message.ts";
import { addressingOf, deadLetterOf, type Inspected, identityOf, outputsOf } from "./outputs.ts";

const source = (part: Partial<IngressMessage> = {}): IngressMessage => ({
  subject: "ingress.3.upstream.pump-7",
  payload: Buffer.from('{"id":"a-1"}'),
  sequence: 4711,
  storedMs: 1_800_000_000_000.5,
  messageId: "pump-7:a-1:0011223344556677",
  received: "1800000000000.125",
  qos: 1,
  canary: false,
  ...part,
});

const finding = (rule: string): Finding => ({
  class: "pattern",
  rule,
  title: "T",
  level: "low",
  verdict: "tag",
  confidence: 1,
  tags: [],
});

const inspected = (verdict: Verdict, part: Partial<Inspected> = {}): Inspected => ({
  source: source(),
  messageId: "pump-7:a-1:0011223344556677",
  origin: "upstream",
  clientId: "pump-7",
  findings: [],
  verdict,
  inspectedMs: 1_800_000_000_002,
  events: [],
  ...part,
});

it("sends an alert to its device as it came, with where and when it was handled", () => {
  expect(outputsOf(inspected("allow"))).toEqual([
    {
      destination: "alerts",
      subject: "clients.pump-7.alerts",
      payload: Buffer.from('{"id":"a-1"}'),
      headers: {
        "Nats-Msg-Id": "pump-7:a-1:0011223344556677",
        "Sentinel-Received": "1800000000000.125",
        "Sentinel-Ingress-Stored": "1800000000000.500",
        "Sentinel-Inspected": "1800000000002.000",
        "Sentinel-Ingress-Sequence": "4711",
        "Sentinel-Origin": "upstream",
        "Sentinel-Verdict": "allow",
      },
    },
  ]);
});

it.each([
  ["upstream", "tag", "clients.pump-7.alerts"],
  ["upstream", "quarantine", "quarantine.upstream.pump-7"],
  ["upstream", "deny", "quarantine.upstream.pump-7"],
  ["device", "allow", "reports.pump-7"],
  ["device", "tag", "reports.pump-7"],
  ["device", "quarantine", "quarantine.device.pump-7"],
  ["device", "deny", "quarantine.device.pump-7"],
] as const)("stores an %s message with verdict %s under %s", (origin, verdict, subject) => {
  expect(outputsOf(inspected(verdict, { origin })).map((output) => output.subject)).toEqual([
    subject,
  ]);
});

it("keeps the signature of what is held, and of nothing else", () => {
  const signed = source({ signature: "v1;kid=desk-1" });
  const kept = (verdict: Verdict) =>
    outputsOf(inspected(verdict, { source: signed }))[0]?.headers["Sentinel-Alert-Signature"];
  expect(kept("quarantine")).toBe("v1;kid=desk-1");
  expect(kept("tag")).toBeUndefined();
});

it("names each rule once and stores the events beside the message", () => {
  const event = { class: "pattern", id: "x:pattern", body: {} } as SecurityEvent;
  const findings = [finding("r-1"), finding("r-2"), finding("r-1")];
  const [message, stored, ...rest] = outputsOf(inspected("tag", { findings, events: [event] }));
  expect(message?.headers["Sentinel-Findings"]).toBe("r-1,r-2");
  expect(stored).toEqual({
    destination: "events",
    subject: "events.pattern.pump-7",
    payload: "{}",
    headers: { "Nats-Msg-Id": "x:pattern" },
  });
  expect(rest).toEqual([]);
});

it("identifies what has no identity by its client and its place and time in INGRESS", () => {
  expect(identityOf(source(), "pump-7")).toBe("pump-7:a-1:0011223344556677");
  const report = source({ messageId: undefined });
  expect(identityOf(report, "pump-7")).toBe(`pump-7:4711:${report.storedMs.toFixed(3)}`);
  const anew = source({ messageId: undefined, storedMs: report.storedMs + 1 });
  expect(identityOf(anew, "pump-7")).not.toBe(identityOf(report, "pump-7"));
});

it("refuses what it cannot address or is too large", () => {
  const refusal = (part: Partial<IngressMessage>) => addressingOf(source(part)).refusal;
  expect(refusal({})).toBeUndefined();
  expect(refusal({ payload: new Uint8Array(payloadLimitBytes) })).toBeUndefined();
  expect(refusal({ payload: new Uint8Array(payloadLimitBytes + 1) })).toBe("payload-too-large");
  expect(refusal({ subject: "ingress.3.elsewhere.pump-7" })).toBe("invalid-topic");
  expect(refusal({ subject: "ingress.3.device.a.b" })).toBe("invalid-topic");
  expect(refusal({ subject: "ingress.3.device.pump:7" })).toBe("invalid-client-id");
});

it("keeps a refused message with its reason, its topic and its place", () => {
  const large = source({
    subject: "ingress.3.device.pump-7",
    payload: new Uint8Array(1_000_000),
    messageId: undefined,
  });
  const letter = deadLetterOf(lanes.reports, large, "payload-too-large");
  expect(letter.subject).toBe("deadletter.inspector.payload-too-large");
  expect(letter.payload.length).toBe(512 * 1024);
  expect(letter.headers).toMatchObject({
    "Nats-Msg-Id": "REPORT_INGRESS:4711",
    "Sentinel-Reason": "payload-too-large",
    "Sentinel-Topic": "clients%2Fpump-7%2Freports",
    "Sentinel-Ingress-Sequence": "4711",
  });
});
