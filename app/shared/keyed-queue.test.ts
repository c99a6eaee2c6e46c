import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { KeyedQueue } from "./keyed-queue.ts";

it("finishes one task of a key before it starts the next", async () => {
  const queue = new KeyedQueue();
  const steps: string[] = [];
  for (const n of [1, 2, 3]) {
    queue.push("a", async () => {
      steps.push(`start ${n}`);
      await Promise.resolve();
      steps.push(`end ${n}`);
    });
  }
  await vi.waitFor(() => expect(queue.size).toBe(0));
  expect(steps).toEqual(["start 1", "end 1", "start 2", "end 2", "start 3", "end 3"]);
});

it("does not let one key hold up another", async () => {
  const queue = new KeyedQueue();
  let release = () => {};
  queue.push(
    "slow",
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const done = vi.fn(async () => {});
  queue.push("fast", done);
  await vi.waitFor(() => expect(done).toHaveBeenCalled());
  expect(queue.size).toBe(1);
  release();
  await vi.waitFor(() => expect(queue.size).toBe(0));
});

it("keeps order and forgets nothing in backlogs of any length", async () => {
  const keys = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 0, maxLength: 4000 });
  await fc.assert(
    fc.asyncProperty(keys, async (order) => {
      const queue = new KeyedQueue();
      const seen = new Map<string, number[]>();
      order.forEach((key, n) => {
        queue.push(key, async () => {
          seen.set(key, [...(seen.get(key) ?? []), n]);
        });
      });
      await vi.waitFor(() => expect(queue.size).toBe(0), { interval: 1 });
      for (const [key, numbers] of seen) {
        expect(numbers).toEqual(order.flatMap((k, n) => (k === key ? [n] : [])));
      }
    }),
    { numRuns: 10 },
  );
});
