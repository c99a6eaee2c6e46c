import { expect, it, vi } from "vitest";
import { AcknowledgementOrder } from "./acknowledgement-order.ts";

function receive(count: number) {
  const sent: number[] = [];
  const order = new AcknowledgementOrder((messageId) => sent.push(messageId));
  const acknowledge = Array.from({ length: count }, (_, i) => order.expect(i + 1));
  return {
    order,
    sent,
    acknowledge: (n: number, onUnsent = () => {}) => acknowledge[n - 1]?.({ onUnsent }),
  };
}

it("sends what is acknowledged in order at once", () => {
  const { sent, acknowledge } = receive(3);
  expect(acknowledge(1)).toBe(true);
  expect(sent).toEqual([1]);
  acknowledge(2);
  expect(sent).toEqual([1, 2]);
});

it("holds an acknowledgement back until all earlier messages have theirs", () => {
  const { sent, acknowledge } = receive(4);
  acknowledge(3);
  acknowledge(2);
  expect(sent).toEqual([]);
  acknowledge(1);
  expect(sent).toEqual([1, 2, 3]);
});

it("keeps the order over many messages", () => {
  const { sent, acknowledge } = receive(5_000);
  for (let n = 5_000; n > 0; n -= 2) acknowledge(n);
  for (let n = 4_999; n > 0; n -= 2) acknowledge(n);
  expect(sent).toEqual(Array.from({ length: 5_000 }, (_, i) => i + 1));
});

it("says which acknowledgements were never sent", () => {
  const { order, sent, acknowledge } = receive(4);
  const [first, third] = [vi.fn(), vi.fn()];
  acknowledge(1, first);
  acknowledge(3, third);
  order.end();
  expect(first).not.toHaveBeenCalled();
  expect(third).toHaveBeenCalledOnce();
  expect(acknowledge(2)).toBe(false);
  expect(sent).toEqual([1]);
});
