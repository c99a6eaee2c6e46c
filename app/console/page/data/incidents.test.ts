import { expect, it } from "vitest";
import { type Incident, shownOf, stateOf } from "./incidents.ts";

const incident: Incident = {
  ...({ id: "mbx2k9qz-3f9a1c07", region: "local", status: "new", severity: "high" } as const),
  ...({ kind: "client", title: "Odd: pump-7", rule: { id: "odd", title: "Odd" } } as const),
  ...{ clientCount: 1, clients: ["pump-7"], findings: 3, techniques: [] },
  ...{ firstSeen: "2026-01-02T03:04:05Z", lastSeen: "2026-01-02T03:05:05Z" },
};
const endedAt = "2026-01-03T03:05:05Z";

it.each([
  [{}, "new"],
  [{ status: "in_progress" }, "in progress"],
  [{ status: "in_progress", endedAt }, "in progress, over"],
  [{ status: "closed", endedAt, verdict: "fp" }, "closed: a mistake of the rule"],
  [{ status: "closed", endedAt }, "closed"],
] as const)("says of %o: %s", (more, words) => {
  expect(stateOf({ ...incident, ...more })).toBe(words);
});

it("says whether all that was found is shown", () => {
  const one = { time: endedAt, clientId: "a", findingId: "f", subject: "s", excerpt: "" };
  expect(shownOf({ evidence: [one], findings: 1 })).toBe("All that was found");
  expect(shownOf({ evidence: [one], findings: 2 })).toContain("the last");
});
