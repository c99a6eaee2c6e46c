import { expect, it } from "vitest";
import { Semaphore } from "./semaphore.ts";

it("runs no more than its slots at once, in order, and all of them in the end", async () => {
  const semaphore = new Semaphore(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const task = (i: number) => async () => {
    order.push(i);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (i % 7 === 0) throw new Error("one that fails");
    return i;
  };
  const numbers = Array.from({ length: 3_000 }, (_, i) => i);
  const results = await Promise.allSettled(numbers.map((i) => semaphore.run(task(i))));
  expect(most).toBe(3);
  expect(order).toEqual(numbers);
  expect(results.filter((result) => result.status === "rejected")).toHaveLength(429);
  expect(await semaphore.run(task(1))).toBe(1);
});
