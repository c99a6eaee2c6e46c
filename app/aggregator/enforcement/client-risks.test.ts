import { describe, expect, it } from "vitest";
import { findingOf } from "../finding.fixture.ts";
import { ClientRisks } from "./client-risks.ts";
import { forgottenAfterSeconds, parseClientRisk } from "./risk.ts";

const halfLifeMs = 60_000;
const risksOf = (limit = 100) => new ClientRisks({ halfLifeMs, barRisk: 200, limit });
const critical = { severity: "critical", time: 0 } as const;
const due = (risks: ClientRisks) => risks.due(10).map(({ clientId }) => clientId);

describe("a device", () => {
  it("is to be barred with enough against it, for the incident that brought it there", () => {
    const risks = risksOf();
    risks.take(findingOf(1, critical), "m1-1", 0);
    expect(due(risks)).toEqual([]);
    risks.take(findingOf(2, critical), "m1-2", 0);
    expect(risks.due(10)).toEqual([
      { id: expect.any(String), clientId: "pump-1", incident: "m1-2", risk: 200 },
    ]);
  });

  it("is not with the same over a long time: what is held against it halves", () => {
    const risks = risksOf();
    for (let n = 0; n < 20; n++) {
      const time = n * halfLifeMs;
      risks.take(findingOf(n, { ...critical, time }), "m1-1", time);
    }
    expect(due(risks)).toEqual([]);
    expect(risks.takeChanges()[0]?.risk).toBeCloseTo(200, 0);
  });

  it("has little against it for what is found late", () => {
    const risks = risksOf();
    const late = 10 * halfLifeMs;
    for (const n of [1, 2, 3]) risks.take(findingOf(n, critical), "m1-1", late);
    expect(due(risks)).toEqual([]);
  });

  it("has as much against it in whatever order its findings are read", () => {
    const times = [0, halfLifeMs, 2 * halfLifeMs];
    const sums = [times, times.toReversed()].map((order) => {
      const risks = risksOf();
      for (const time of order) {
        risks.take(findingOf(time, { severity: "high", time }), undefined, time);
      }
      return risks.takeChanges()[0]?.risk;
    });
    expect(sums[0]).toBeCloseTo(sums[1] ?? 0, 9);
  });

  it("begins anew after it was barred, and keeps what it has while there is no room", () => {
    const risks = risksOf();
    const attack = () => risks.take(findingOf(1, { ...critical, time: 0 }), "m1-1", 0);
    attack();
    attack();
    const [first] = risks.due(10);
    if (!first) throw new Error("nothing is due");
    risks.settle(first, false);
    expect(due(risks)).toEqual([]);
    attack();
    const [second] = risks.due(10);
    expect(second?.id).not.toBe(first.id);
    if (second) risks.settle(second, true);
    attack();
    expect(due(risks)).toEqual([]);
  });
});

it.each([
  ["upstream", "whoever publishes an alert says for whom it is"],
  [undefined, "nothing was sent"],
] as const)("holds nothing of %s against anybody: %s", (origin, _why) => {
  const risks = risksOf();
  for (let n = 0; n < 10; n++) risks.take(findingOf(n, { ...critical, origin }), "m1-1", 0);
  expect([risks.size, risks.pending, due(risks)]).toEqual([0, 0, []]);
});

it("goes on with what was stored, the same decision included", () => {
  const before = risksOf();
  for (const n of [1, 2]) before.take(findingOf(n, critical), "m1-1", 0);
  const after = risksOf();
  for (const risk of before.takeChanges()) {
    const stored = parseClientRisk(Buffer.from(JSON.stringify(risk)));
    if (stored) after.restore(stored);
  }
  expect(after.due(10)).toEqual(before.due(10));
  expect(after.pending).toBe(0);
});

it("remembers so many clients, and forgets those against whom nothing is held any more", () => {
  const risks = risksOf(1);
  const low = { severity: "low", time: 0 } as const;
  expect(risks.take(findingOf(1, { ...low, clientId: "a" }), undefined, 0)).toBe(true);
  expect(risks.take(findingOf(2, { ...low, clientId: "b" }), undefined, 0)).toBe(false);
  const [stored] = risks.takeChanges();
  if (!stored) throw new Error("nothing is to be stored");
  const laterMs = forgottenAfterSeconds(stored, halfLifeMs) * 1_000;
  risks.tick(laterMs);
  expect(risks.take(findingOf(3, { ...low, clientId: "b" }), undefined, laterMs)).toBe(true);
});

it("reads nothing else for what is held against a client", () => {
  for (const wrong of ["forged", "{}", '{"clientId":"a","risk":-1,"atMs":0}']) {
    expect(parseClientRisk(Buffer.from(wrong))).toBeUndefined();
  }
});
