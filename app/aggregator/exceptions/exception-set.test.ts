import { expect, it } from "vitest";
import { exceptionLimit } from "../../contract/exception.ts";
import type { NewException } from "../../exceptions/exception.ts";
import { findingOf } from "../finding.fixture.ts";
import { ExceptionSet } from "./exception-set.ts";

const day = 86_400_000;
const idOf = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, "0")}`;
const wanted = (more: Partial<NewException> = {}): NewException => ({
  ...{ kind: "exception", scope: { rule: "r1", client: "pump-1" }, reason: "load tests" },
  ...{ critical: false, expiresAt: 30 * day, ...more },
});

function setWith(...all: readonly Partial<NewException>[]) {
  const set = new ExceptionSet("us-east");
  all.forEach((more, n) => {
    const added = { id: idOf(n), actor: "api:ann", exception: wanted(more) };
    expect(set.change({ kind: "add", ...added }, 1_000)).not.toHaveProperty("refused");
  });
  return set;
}
const hide = (set: ExceptionSet, more: object = {}, labels?: readonly string[]) =>
  set.hide(findingOf(1, more), labels, 2_000);

it("counts what it hides, in what is to be stored", () => {
  const set = setWith({});
  set.takeChanges();
  expect(set.pending).toBe(0);

  expect([hide(set), hide(set), hide(set, { clientId: "pump-2" })]).toEqual([
    ...["exception", "exception", undefined],
  ]);

  expect(set.pending).toBe(1);
  expect(set.takeChanges()).toMatchObject([
    { id: idOf(0), addedBy: "api:ann", region: "us-east", findings: 2, lastMatched: 2_000 },
  ]);
  expect(set.pending).toBe(0);
});

it("counts a finding once: in an exception rather than in a silence", () => {
  const set = setWith({ kind: "silence" }, {}, {});
  expect(hide(set)).toBe("exception");
  expect(set.takeChanges().map(({ findings }) => findings)).toEqual([0, 1, 0]);
  expect([set.inForce("exception"), set.inForce("silence")]).toEqual([2, 1]);
});

it("asks for labels only where they decide", () => {
  const set = setWith({ scope: { rule: "r1", label: "site:a", client: "pump-*" } });
  expect(set.asksForLabels(findingOf(1))).toBe(true);
  expect(set.asksForLabels(findingOf(1, { clientId: "valve-1" }))).toBe(false);
  expect(hide(set)).toBeUndefined();
  expect(hide(set, {}, ["site:a"])).toBe("exception");
});

it("ends by a person, once, and hides nothing from then on", () => {
  const set = setWith({});
  const end = { kind: "end", id: idOf(0), actor: "ann" } as const;
  const ended = set.change(end, 3_000);
  expect(ended).toMatchObject({ exception: { end: { at: 3_000, by: "ann", why: "ended" } } });
  expect(set.change({ ...end, actor: "bob" }, 9_000)).toEqual(ended);
  expect(hide(set)).toBeUndefined();
  expect(set.change({ ...end, id: idOf(7) }, 1)).toMatchObject({ refused: "unknown" });
});

it("ends by itself when it expires or hides nothing, at once and not at the next tick", () => {
  const set = setWith({}, { expiresAt: 5 * day, scope: { rule: "r1", client: "pump-9" } });
  set.takeChanges();
  const late = findingOf(1, { clientId: "pump-9" });
  expect(set.hide(late, undefined, 5 * day)).toBeUndefined();
  set.tick(5 * day);
  set.tick(5 * day);
  expect(set.takeChanges()).toMatchObject([
    { id: idOf(1), end: { by: "sentinel", why: "expired" } },
  ]);
  set.tick(15 * day);
  expect(set.takeChanges()).toMatchObject([{ id: idOf(0), end: { why: "unmatched" } }]);
});

it("goes on from what is stored, also where an older version comes before a newer", () => {
  const set = setWith({}, {});
  const [first, second] = set.takeChanges();
  set.change({ kind: "end", id: idOf(1), actor: "ann" }, 3_000);
  const anew = new ExceptionSet("us-east");
  for (const each of [first, second, ...set.takeChanges()]) if (each) anew.restore(each);

  expect(anew.inForce("exception")).toBe(1);
  expect(anew.pending).toBe(0);
  const again = { id: idOf(1), actor: "api:ann", exception: wanted() };
  expect(anew.change({ kind: "add", ...again }, 9_000)).toMatchObject({
    exception: { end: { why: "ended" } },
  });
});

it("refuses what has a flaw, and more than are remembered", () => {
  const set = setWith(...Array.from({ length: exceptionLimit }, () => ({})));
  const add = (exception: NewException) =>
    set.change({ kind: "add", id: idOf(500), actor: "ann", exception }, 1_000);
  expect(add(wanted())).toMatchObject({ refused: "full" });
  expect(add(wanted({ expiresAt: 91 * day + 1_000 }))).toMatchObject({ refused: "invalid" });
});
