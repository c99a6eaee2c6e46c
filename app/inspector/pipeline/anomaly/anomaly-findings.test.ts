import { expect, it } from "vitest";
import { anomalyFindings } from "./anomaly-findings.ts";

const calm = { pace: 1, rate: 0, size: 0, surging: false, oversized: false };

it("finds nothing in what does not deviate", () => {
  expect(anomalyFindings(calm)).toEqual([]);
});

it("asks for quarantine only when a surge is a flood in absolute terms too", () => {
  const rules = (pace: number, rate: number) =>
    anomalyFindings({ ...calm, surging: true, pace, rate }).map((f) => [f.rule, f.verdict]);
  expect(rules(1_000, 2)).toEqual([["rate-surge", "tag"]]);
  expect(rules(10, 500)).toEqual([["rate-surge", "tag"]]);
  expect(rules(32, 50)).toEqual([["client-flood", "quarantine"]]);
});

it("reports pace and size side by side, with confidences between 0 and 1", () => {
  const deviation = { pace: 9, rate: 1, size: 40, surging: true, oversized: true };
  const findings = anomalyFindings(deviation);
  expect(findings.map((finding) => finding.rule)).toEqual(["rate-surge", "size-outlier"]);
  for (const { confidence } of findings) {
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
  }
});
