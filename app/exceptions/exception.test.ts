import { expect, it } from "vitest";
import { findingOf } from "../aggregator/finding.fixture.ts";
import {
  covers,
  type Exception,
  endingOf,
  flawOf,
  mayCover,
  type NewException,
} from "./exception.ts";

const day = 86_400_000;
const wanted: NewException = {
  ...{ kind: "exception", scope: { rule: "r1", client: "bench-*" }, reason: "load tests" },
  ...{ critical: false, expiresAt: 30 * day },
};
const added: Exception = {
  ...{ ...wanted, id: "1", region: "us-east", addedBy: "ann", addedAt: 0, findings: 0 },
};

it("covers findings of its rule for which everything holds that it names", () => {
  const of = (scope: object, more: object, labels?: readonly string[]) =>
    covers({ scope: { rule: "r1", ...scope }, critical: false }, findingOf(1, more), labels);

  expect(of({ client: "pump-1" }, {})).toBe(true);
  expect(of({ client: "pump-1" }, { clientId: "pump-11" })).toBe(false);
  expect(of({ client: "pump-*" }, { clientId: "pump-11" })).toBe(true);
  expect(of({ client: "pump-*" }, { clientId: "bump-1" })).toBe(false);
  expect(of({ client: "pump-1" }, { rule: { id: "r2", title: "" } })).toBe(false);
  expect(of({ origin: "device" }, {})).toBe(true);
  expect(of({ origin: "upstream" }, {})).toBe(false);
  expect(of({ origin: "device" }, { origin: undefined })).toBe(false);
  expect(of({ client: "pump-1", label: "site:a" }, {}, ["site:a", "b"])).toBe(true);
  expect(of({ client: "pump-1", label: "site:a" }, {}, ["site:b"])).toBe(false);
});

it("hides nothing by a label that nobody can tell", () => {
  const byLabel = { scope: { rule: "r1", label: "site:a" }, critical: false };
  expect(mayCover(byLabel, findingOf(1))).toBe(true);
  expect(covers(byLabel, findingOf(1), undefined)).toBe(false);
});

it("leaves critical findings alone unless it says so", () => {
  const critical = findingOf(1, { clientId: "bench-1", severity: "critical" });
  expect(covers(wanted, critical, undefined)).toBe(false);
  expect(covers({ ...wanted, critical: true }, critical, undefined)).toBe(true);
});

it("must be for less than everybody, and end within 90 days", () => {
  expect(flawOf(wanted, 0)).toBeUndefined();
  expect(flawOf({ ...wanted, scope: { rule: "r1" } }, 0)).toContain("changes the rule");
  expect(flawOf({ ...wanted, expiresAt: 5 }, 5)).toContain("later than now");
  expect(flawOf({ ...wanted, expiresAt: 90 * day }, 0)).toBeUndefined();
  expect(flawOf({ ...wanted, expiresAt: 90 * day + 1 }, 0)).toContain("within 90 days");
});

it("ends when it expires, or has hidden nothing for 14 days", () => {
  expect(endingOf(added, 14 * day - 1)).toBeUndefined();
  expect(endingOf(added, 14 * day)).toBe("unmatched");
  expect(endingOf({ ...added, lastMatched: 20 * day }, 30 * day - 1)).toBeUndefined();
  expect(endingOf({ ...added, lastMatched: 20 * day }, 30 * day)).toBe("expired");
});
