import { beforeAll, expect, it, vi } from "vitest";
import { Allowance } from "./allowance.ts";

/** A timer may come a little before its time by the other clock. */
const earlyMs = 5;
const perSecond = 50;

// An allowance has rested for a second when it is made, unless its process is younger.
beforeAll(() => vi.waitFor(() => expect(performance.now()).toBeGreaterThan(1_000), 5_000));

async function takesMs(act: () => Promise<void>): Promise<number> {
  const fromMs = performance.now();
  await act();
  return performance.now() - fromMs;
}

it("lets a second's worth go at once after a rest", async () => {
  const allowance = new Allowance(perSecond);
  const gone: number[] = [];
  for (let n = 0; n < perSecond; n++) void allowance.take(1).then(() => gone.push(n));
  // No timer, and nothing that came in, is seen to before that.
  await Promise.resolve();
  await Promise.resolve();
  expect(gone).toHaveLength(perSecond);
});

it("lets no more than that go at once, however long the rest was", async () => {
  const allowance = new Allowance(perSecond);
  expect(await takesMs(() => allowance.take(2 * perSecond))).toBeGreaterThan(1_000 - earlyMs);
});

it("lets so many go in a second from then on", async () => {
  const allowance = new Allowance(perSecond);
  const ms = await takesMs(async () => {
    await allowance.take(perSecond);
    for (let n = 0; n < perSecond / 2; n++) await allowance.take(1);
  });
  expect(ms).toBeGreaterThan(500 - earlyMs);
});

it("lets them go in the order in which they ask, many or few", async () => {
  const allowance = new Allowance(perSecond);
  await allowance.take(perSecond);
  const gone: number[] = [];
  const counts = [9, 1, 5, 1, 1, 3];
  await Promise.all(
    counts.map(async (count, n) => {
      await allowance.take(count);
      gone.push(n);
    }),
  );
  expect(gone).toEqual([...counts.keys()]);
});
