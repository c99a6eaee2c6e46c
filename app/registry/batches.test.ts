import { expect, it } from "vitest";
import { chunksOf, sendUnprocessed } from "./batches.ts";

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
