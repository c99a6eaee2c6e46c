import { beforeEach, expect, it } from "vitest";
import { IndexWaits } from "./index-waits.ts";
import type { Place } from "./missed-alerts.ts";

/** From where on everything is noted; a time is a tenth of a sequence. */
let from: number;
let asked: number;
let growing: (() => void)[];
let waits: IndexWaits;
let went: string[];
beforeEach(() => {
  [from, asked, growing, went] = [1_000, 0, [], []];
  waits = new IndexWaits({
    isAtHand: (place) => {
      asked++;
      return from <= ("sequence" in place ? place.sequence : place.since * 10);
    },
    grown: () => new Promise((resolve) => growing.push(resolve)),
  });
});

const never = new AbortController().signal;
const wait = (name: string, place: Place, signal = never) =>
  void waits.wait(place, signal).then(
    () => went.push(name),
    () => went.push(`${name} left`),
  );
async function grow(to: number): Promise<void> {
  from = to;
  for (const resolve of growing.splice(0)) resolve();
  await new Promise(setImmediate);
}

it("lets those go who need least, whoever came first, and the others when it is whole", async () => {
  wait("never known", { since: 0 });
  wait("three days", { sequence: 10 });
  wait("an hour", { since: 50 });
  wait("25 minutes", { since: 90 });
  wait("also 25 minutes", { since: 90 });
  wait("nothing", { since: 200 });
  await grow(950);
  expect(went).toEqual(["nothing"]);
  await grow(900);
  expect(went.splice(0)).toEqual(["nothing", "25 minutes", "also 25 minutes"]);
  await grow(500);
  expect([went.splice(0), waits.size]).toEqual([["an hour"], 2]);
  await grow(0);
  expect([went, waits.size]).toEqual([["never known", "three days"], 0]);
  // And again.
  from = 100;
  wait("later", { since: 5 });
  await grow(50);
  expect(went.at(-1)).toBe("later");
});

it("asks about those who go, and no more than one more of each kind", async () => {
  for (let n = 0; n < 1_000; n++) wait(`${n}`, { since: n % 7 });
  wait("soon", { since: 80 });
  asked = 0;
  await grow(800);
  expect([went, asked]).toEqual([["soon"], 2]);
});

it("keeps nobody who left", async () => {
  const devices = Array.from({ length: 1_000 }, () => new AbortController());
  for (const [n, { signal }] of devices.entries()) wait(`${n}`, { since: 0 }, signal);
  wait("stays", { since: 1 });
  for (const device of devices) device.abort();
  await new Promise(setImmediate);
  expect([waits.size, went.length]).toEqual([1, 1_000]);
  wait("gone before", { since: 0 }, devices[0]?.signal);
  await grow(0);
  expect(went.slice(1_000)).toEqual(["gone before left", "stays"]);
});
