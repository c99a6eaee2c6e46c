import { expect, it } from "vitest";
import { SettledPosition } from "./settled-position.ts";

function start() {
  const state = { sent: 0, settled: 0 };
  const sent = {
    mark: () => state.sent,
    isSettled: (mark: number) => mark <= state.settled,
  };
  return { state, position: new SettledPosition(100, sent) };
}

it("follows the cursor while nothing is on its way", () => {
  const { position } = start();
  expect([position.next(120), position.next(150)]).toEqual([120, 150]);
});

it("stays where all that was sent has settled, however far the cursor is", () => {
  const { state, position } = start();
  state.sent = 20;
  expect(position.next(120)).toBe(100);
  state.sent = 40;
  state.settled = 19;
  expect(position.next(140)).toBe(100);
  state.settled = 20;
  expect(position.next(160)).toBe(120);
});

it("moves on although more is sent all the time", () => {
  const { state, position } = start();
  const seen: number[] = [];
  for (let round = 1; round <= 4; round++) {
    state.sent = round * 10;
    state.settled = (round - 1) * 10;
    seen.push(position.next(100 + round * 10));
  }
  expect(seen).toEqual([100, 110, 120, 130]);
});
