import { expect, it } from "vitest";
import { DeliveryLedger } from "./delivery-ledger.ts";

function ledgerOf(...sequences: number[]): DeliveryLedger {
  const ledger = new DeliveryLedger();
  for (const sequence of sequences) ledger.receive("a", { client: "a", sequence });
  return ledger;
}

it("counts nothing wrong for a complete, ordered delivery", () => {
  const ledger = ledgerOf(1, 2, 3);
  expect(ledger.counts()).toEqual({ delivered: 3, duplicated: 0, outOfOrder: 0, misdelivered: 0 });
  expect(ledger.missing([["a", 3, []]])).toBe(0);
});

it("counts a gap as missing until it is filled", () => {
  const ledger = ledgerOf(1, 3);
  expect(ledger.missing([["a", 3, []]])).toBe(1);
  ledger.receive("a", { client: "a", sequence: 2 });
  expect(ledger.missing([["a", 3, []]])).toBe(0);
  expect(ledger.counts().outOfOrder).toBe(1);
});

it("counts what never came to a client that got nothing", () => {
  expect(ledgerOf().missing([["b", 4, []]])).toBe(4);
});

it("keeps what several publishers send to a client apart", () => {
  const ledger = new DeliveryLedger();
  for (const run of ["here", "there"]) ledger.receive("a", { client: "a", sequence: 1, run });
  ledger.receive("a", { client: "a", sequence: 3, run: "there" });
  ledger.receive("a", { client: "a", sequence: 2, run: "here" });
  expect(ledger.counts()).toEqual({ delivered: 4, duplicated: 0, outOfOrder: 0, misdelivered: 0 });
  expect(ledger.missing([["a", 3, []]], "there")).toBe(1);
  expect(ledger.missing([["a", 2, []]], "here")).toBe(0);
});

it("holds a failed publish against nobody, and lets none hide a loss", () => {
  // 2 was lost; 4 was never acknowledged and came all the same.
  expect(ledgerOf(1, 3, 4).missing([["a", 4, [4]]])).toBe(1);
  // 2 was never acknowledged and did not come; 3 was lost.
  expect(ledgerOf(1, 4).missing([["a", 4, [2]]])).toBe(1);
  expect(ledgerOf(1, 3).missing([["a", 4, [2, 4]]])).toBe(0);
  // What another client failed to publish says nothing of this one.
  expect(
    ledgerOf(1).missing([
      ["a", 2, []],
      ["b", 1, [1]],
    ]),
  ).toBe(1);
});

it("does not let what was sent after a count stand for what is missing in it", () => {
  expect(ledgerOf(1, 3).missing([["a", 2, []]])).toBe(1);
});

it("tells a duplicate from a delivery, whether it is old or ahead", () => {
  expect(ledgerOf(1, 3, 3, 1).counts()).toMatchObject({ delivered: 2, duplicated: 2 });
});

it("counts an alert for another client, and one that is none, as misdelivered", () => {
  const ledger = ledgerOf();
  ledger.receive("a", { client: "b", sequence: 1 });
  ledger.receive("a", undefined);
  expect(ledger.counts()).toMatchObject({ delivered: 0, misdelivered: 2 });
});
