import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BacklogProbe } from "./backlog-probe.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function probeWith() {
  const echoes: PromiseWithResolvers<void>[] = [];
  const probe = new BacklogProbe({
    echo: () => {
      const echo = Promise.withResolvers<void>();
      echoes.push(echo);
      return echo.promise;
    },
    everyMs: 50,
    clock: () => Date.now(),
  });
  return { probe, echoes };
}

it("knows how long the last echo took, and how long one is out already", async () => {
  const { probe, echoes } = probeWith();
  expect(probe.ms).toBe(0);
  await vi.advanceTimersByTimeAsync(350);
  expect(probe.ms).toBe(300);
  expect(echoes).toHaveLength(1);

  echoes[0]?.resolve();
  await vi.advanceTimersByTimeAsync(60);
  expect(probe.ms).toBe(300);
  echoes[1]?.resolve();
  await vi.advanceTimersByTimeAsync(1);
  expect(probe.ms).toBeLessThan(50);
  probe.stop();
});

it("takes a lost connection for no backlog, and goes on", async () => {
  const { probe, echoes } = probeWith();
  await vi.advanceTimersByTimeAsync(350);
  echoes[0]?.reject(new Error("disconnected"));
  await vi.advanceTimersByTimeAsync(1);
  expect(probe.ms).toBe(0);

  await vi.advanceTimersByTimeAsync(50);
  expect(echoes).toHaveLength(2);
  probe.stop();
});
