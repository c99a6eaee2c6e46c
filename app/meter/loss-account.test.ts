import { expect, it } from "vitest";
import { LossAccount } from "./loss-account.ts";

const quiet = (crossed: number, stored: number) => ({
  ...{ crossedBefore: crossed, stored, crossedAfter: crossed },
});

it("tells each lost report once, whatever was stored before it began", () => {
  const account = new LossAccount();
  const looks = [quiet(10, 9_010), quiet(20, 9_020), quiet(50, 9_030), quiet(50, 9_030)];
  expect(looks.map((look) => account.take(look))).toEqual([0, 0, 20, 0]);
  expect(account.take(quiet(70, 9_045))).toBe(5);
});

it("calls nothing lost that is on its way while reports flow, also when they pause afterwards", () => {
  const account = new LossAccount();
  for (let n = 1; n < 20; n++) {
    const look = { crossedBefore: n * 100, stored: n * 100 + 40, crossedAfter: n * 100 + 70 };
    expect(account.take(look)).toBe(0);
  }
  expect(account.take(quiet(2_100, 2_100))).toBe(0);
});

it("begins anew after an interruption, and with a stream that was made anew", () => {
  const account = new LossAccount();
  expect([quiet(10, 10), quiet(30, 20)].map((look) => account.take(look))).toEqual([0, 10]);
  account.restart();
  expect([quiet(40, 50), quiet(45, 50)].map((look) => account.take(look))).toEqual([0, 5]);
  expect([quiet(60, 3), quiet(62, 3)].map((look) => account.take(look))).toEqual([0, 2]);
});

it("finds all that was lost after a beginning in the midst of reports, once they have paused", () => {
  const account = new LossAccount();
  expect(account.take({ crossedBefore: 0, stored: 7, crossedAfter: 20 })).toBe(0);
  expect([quiet(20, 20), quiet(60, 20)].map((look) => account.take(look))).toEqual([0, 40]);
});
