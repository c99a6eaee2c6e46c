import { expect, it } from "vitest";
import { chunksOf, inParallel, sendUnprocessed } from "./batches.ts";

it("splits into runs that together are the whole, in order", () => {
  expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunksOf([], 2)).toEqual([]);
});

it("sends only what was left unprocessed again, until nothing is", async () => {
  const sent: number[][] = [];
  const left = await sendUnprocessed(
    [1, 2, 3, 4, 5],
    { attempts: 8, firstPauseMs: 1 },
    async (open) => {
      sent.push(open);
      return open.slice(2);
    },
  );

  expect(left).toEqual([]);
  expect(sent).toEqual([[1, 2, 3, 4, 5], [3, 4, 5], [5]]);
});

it("returns what is left after the last attempt", async () => {
  let attempts = 0;
  const left = await sendUnprocessed([1, 2], { attempts: 3, firstPauseMs: 1 }, async (open) => {
    attempts++;
    return open;
  });

  expect(left).toEqual([1, 2]);
  expect(attempts).toBe(3);
});

it("works on so many items at a time, and on each once", async () => {
  const seen: number[] = [];
  let atOnce = 0;
  let most = 0;
  await inParallel(
    Array.from({ length: 20 }, (_, i) => i),
    4,
    async (item) => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      seen.push(item);
    },
  );

  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(most).toBe(4);
});

it("begins nothing more after a failure, and ends when what had begun has ended", async () => {
  const ended: number[] = [];
  const work = inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    if (item === 1) throw new Error("the first");
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(item);
  });

  await expect(work).rejects.toThrow("the first");
  expect(ended).toEqual([2]);
});
