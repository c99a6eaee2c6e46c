import { expect, it } from "vitest";
import { Outbox } from "./outbox.ts";

function outboxOf(count: number): Outbox {
  const outbox = new Outbox();
  for (let number = 1; number <= count; number++) {
    outbox.add({ number, clientId: "a", id: `${number}`, payload: Buffer.from("{}") }, `${number}`);
  }
  return outbox;
}

/** What is sent until the window is full. */
function sent(outbox: Outbox, window: number): number[] {
  const numbers: number[] = [];
  for (let next = outbox.next(window); next; next = outbox.next(window)) {
    numbers.push(next.alert.number);
  }
  return numbers;
}

it("sends in order, so many at a time as may be unconfirmed", () => {
  const outbox = outboxOf(5);
  expect(sent(outbox, 2)).toEqual([1, 2]);
  outbox.settle("2", 0);
  expect(sent(outbox, 2)).toEqual([3]);
  outbox.settle("1", 0);
  expect(sent(outbox, 2)).toEqual([4]);
  expect(outbox.size).toBe(3);
});

it("begins with the oldest again after a rewind, without what was confirmed", () => {
  const outbox = outboxOf(4);
  sent(outbox, 3);
  outbox.settle("2", 0);
  outbox.rewind();
  // Confirmed while it waits to be sent again: it is not on its way.
  outbox.settle("1", 0);
  expect(sent(outbox, 2)).toEqual([3, 4]);
  outbox.settle("3", 0);
  outbox.settle("4", 0);
  expect(outbox.size).toBe(0);
  expect(sent(outbox, 2)).toEqual([]);
});

it("waits for the oldest from when the broker has it, anew in each round", () => {
  const outbox = outboxOf(2);
  expect(outbox.waitingSinceMs()).toBeUndefined();
  sent(outbox, 2);
  outbox.acknowledge("2", 7);
  expect(outbox.waitingSinceMs()).toBeUndefined();
  outbox.acknowledge("1", 9);
  expect(outbox.waitingSinceMs()).toBe(9);
  outbox.settle("1", 0);
  expect(outbox.waitingSinceMs()).toBe(7);
  outbox.rewind();
  expect(outbox.waitingSinceMs()).toBeUndefined();
  sent(outbox, 2);
  expect(outbox.waitingSinceMs()).toBeUndefined();
});

it("knows what is confirmed a second time, or was never sent, from what is waited for", () => {
  const outbox = outboxOf(1);
  expect(outbox.settle("other", 0)).toBeUndefined();
  expect(outbox.settle("1", 0)).toMatchObject({ alert: { number: 1 } });
  expect(outbox.settle("1", 0)).toBeUndefined();
});

it("measures what a confirmation took only when it is clear what it confirms", () => {
  const outbox = outboxOf(4);
  sent(outbox, 3);
  for (const key of ["1", "2"]) outbox.acknowledge(key, 5);
  expect(outbox.settle("1", 12)?.tookMs).toBe(7);
  expect(outbox.settle("3", 12)?.tookMs).toBe(0);
  outbox.rewind();
  sent(outbox, 2);
  for (const key of ["2", "4"]) outbox.acknowledge(key, 20);
  expect(outbox.settle("2", 21)?.tookMs).toBeUndefined();
  expect(outbox.settle("4", 21)?.tookMs).toBe(1);
});

it("stays in order over many more than it holds at a time", () => {
  const outbox = outboxOf(5_000);
  const all: number[] = [];
  while (outbox.size > 0) {
    const some = sent(outbox, 700);
    all.push(...some);
    for (const number of some) outbox.settle(`${number}`, 0);
  }
  expect(all).toEqual(Array.from({ length: 5_000 }, (_, n) => n + 1));
});
