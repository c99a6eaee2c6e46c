import { expect, it } from "vitest";
import type { Finding, FindingClass, Verdict } from "../../contract/verdict.ts";
import { verdictOf } from "./verdict.ts";

const finding = (findingClass: FindingClass, verdict: Verdict): Finding => ({
  class: findingClass,
  rule: "some-rule",
  title: "Something",
  level: "high",
  verdict,
  confidence: 0.9,
  tags: [],
});

it("allows a message without findings", () => {
  expect(verdictOf("upstream", [])).toBe("allow");
  expect(verdictOf("device", [])).toBe("allow");
});

it.each([
  "tag",
  "quarantine",
  "deny",
] as const)("only tags an upstream alert whose text asks for %s", (verdict) => {
  expect(verdictOf("upstream", [finding("pattern", verdict)])).toBe("tag");
  expect(verdictOf("upstream", [finding("anomaly", verdict)])).toBe("tag");
});

it("quarantines an upstream alert for whom it is addressed to", () => {
  const findings = [finding("pattern", "deny"), finding("recipient", "quarantine")];
  expect(verdictOf("upstream", findings)).toBe("quarantine");
});

it("does what the strongest finding asks for with a device's report, whatever the order", () => {
  const findings = [finding("pattern", "quarantine"), finding("anomaly", "tag")];
  expect(verdictOf("device", findings)).toBe("quarantine");
  expect(verdictOf("device", [...findings, finding("pattern", "deny")])).toBe("deny");
  expect(verdictOf("device", findings.toReversed())).toBe("quarantine");
});

it("leaves a finding that asks for nothing without consequence", () => {
  expect(verdictOf("upstream", [finding("pattern", "allow")])).toBe("allow");
});
