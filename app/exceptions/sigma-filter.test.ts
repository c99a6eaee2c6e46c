import { expect, it } from "vitest";
import { parse } from "yaml";
import type { Exception } from "./exception.ts";
import { sigmaFilter } from "./sigma-filter.ts";

const exception: Exception = {
  ...{ id: "3b241101-e2bb-4255-8caf-4136c566a962", region: "us-east", kind: "exception" },
  scope: { rule: "r1", client: "bench-*", label: "site:oslo", origin: "device" },
  ...{ reason: "load tests", critical: false, expiresAt: 86_400_000 },
  ...{ addedBy: "api:ann", addedAt: 0, findings: 0 },
};
const selectionOf = (scope: object) => {
  const { filter = "" } = sigmaFilter({ ...exception, scope: { rule: "r1", ...scope } }, "high");
  return parse(filter).filter.selection;
};

it("selects with regard to case, and a label as a whole", () => {
  expect(selectionOf(exception.scope)).toEqual({
    "client_id|startswith|cased": "bench-",
    "labels|cased": "site:oslo",
    "origin|cased": "device",
  });
  expect(selectionOf({ client: "bench-1" })).toEqual({ "client_id|cased": "bench-1" });
});

it("leaves out a silence, which finds everything", () => {
  expect(sigmaFilter({ ...exception, kind: "silence" }, "high").leftOut).toContain("silence");
});

it("hides no critical findings that are not hidden here", () => {
  expect(sigmaFilter(exception, "critical").leftOut).toContain("critical");
  expect(sigmaFilter(exception, "high").filter).not.toContain("#");
  expect(sigmaFilter(exception, undefined).filter).toMatch(/^# Hides no critical findings here\./);
  const all = { ...exception, critical: true };
  expect(sigmaFilter(all, "critical").filter).toContain("critical: true");
  expect(sigmaFilter(all, undefined).filter).not.toContain("#");
});
