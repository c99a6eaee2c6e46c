import type { SeenFinding } from "../incidents/seen-finding.ts";

/** A finding, as it is counted. */
export const findingOf = (sequence: number, more: Partial<SeenFinding> = {}): SeenFinding => ({
  sequence,
  id: `f${sequence}`,
  subject: `events.pattern.${more.clientId ?? "pump-1"}`,
  time: 1_000 + sequence,
  clientId: "pump-1",
  rule: { id: "r1", title: "Command injection" },
  severity: "high",
  techniques: ["T1059"],
  excerpt: "; rm -rf /",
  origin: "device",
  quoted: false,
  canary: false,
  ...more,
});
