import { expect, it } from "vitest";
import { createPacer } from "./pacer.ts";

/** A pacer whose time passes only by waiting. */
function pacerOf(perSecond: number) {
  const time = { now: 1_000 };
  const pace = createPacer({
    perSecond,
    clock: () => time.now,
    wait: async (ms) => {
      time.now += ms;
    },
  });
  return { pace, time };
}

it("lets so many through a second, evenly", async () => {
  const { pace, time } = pacerOf(4);
  const turns: number[] = [];
  for (let i = 0; i < 5; i++) {
    await pace();
    turns.push(time.now - 1_000);
  }

  expect(turns).toEqual([0, 250, 500, 750, 1_000]);
});

it("does not make up for a pause", async () => {
  const { pace, time } = pacerOf(4);
  await pace();
  time.now = 9_000;
  await pace();
  await pace();

  expect(time.now).toBe(9_250);
});

it("holds nobody up without a rate", async () => {
  await createPacer({ perSecond: undefined, wait: () => Promise.reject(new Error("waited")) })();
});
