import { describe, expect, it } from "vitest";
import { ClientBaselines, type Deviation, warmUpMessages } from "./client-baselines.ts";

const startMs = 1_800_000_000_000;

/** A small deterministic generator (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function steady(
  baselines: ClientBaselines,
  { client = "pump-7", from = startMs, gapMs = 60_000, count = 50, bytes = 400 } = {},
): { readonly seen: Deviation[]; readonly endMs: number } {
  const seen = Array.from({ length: count }, (_, i) =>
    baselines.observe(client, from + i * gapMs, bytes),
  );
  return { seen, endMs: from + count * gapMs };
}

describe("pace", () => {
  it.each([
    0, 0.3, 1, 7, 100, 1_000, 86_400_000,
  ])("is never unusual at a constant %d ms between messages", (gapMs) => {
    const { seen } = steady(new ClientBaselines(10, 1), { gapMs, count: 3_000 });
    expect(seen.filter((d) => d.surging || d.oversized)).toEqual([]);
  });

  it("raises no false alarm in 3 million messages of 1,000 clients with random arrivals", () => {
    const random = seeded(42);
    let alarms = 0;
    for (let client = 0; client < 1_000; client++) {
      // A table of its own for each, so that no fleet activity excuses anybody.
      const baselines = new ClientBaselines(1, 1);
      const meanGapMs = 10 ** (1 + 4 * random());
      let atMs = startMs;
      for (let i = 0; i < 3_000; i++) {
        atMs += -Math.log(1 - random()) * meanGapMs;
        const deviation = baselines.observe("pump", atMs, 200 + 400 * random());
        if (deviation.surging || deviation.oversized) alarms++;
      }
    }
    expect(alarms).toBe(0);
  });

  it("notices a flood within 8 messages and until it is over", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines);
    const flood = steady(baselines, { from: endMs, gapMs: 5, count: 500 });
    const first = flood.seen.findIndex((d) => d.surging);
    expect(first).toBeGreaterThanOrEqual(1);
    expect(first).toBeLessThan(8);
    expect(flood.seen.slice(first).every((d) => d.surging)).toBe(true);
    expect(flood.seen.at(-1)?.rate).toBeCloseTo(200, -1);
    expect(flood.seen.at(-1)?.pace).toBeGreaterThan(5_000);

    const after = steady(baselines, { from: flood.endMs + 60_000, count: 50 });
    expect(after.seen.at(-1)?.surging).toBe(false);
    const again = steady(baselines, { from: after.endMs, gapMs: 5, count: 20 });
    expect(again.seen.some((d) => d.surging)).toBe(true);
  });

  it.each([
    { kept: 60, usualMs: 60_000, apartMs: 10 },
    { kept: 600, usualMs: 1_000, apartMs: 10 },
    { kept: 600, usualMs: 60_000, apartMs: 0 },
  ])("takes $kept messages that a device kept during an outage for no surge", (outage) => {
    const { kept, usualMs, apartMs } = outage;
    const random = seeded(7);
    const baselines = new ClientBaselines(10, 1);
    let atMs = startMs;
    const send = (gapMs: number) => {
      atMs += gapMs;
      return baselines.observe("pump-7", atMs, 400).surging;
    };
    // Readings come with some jitter.
    for (let i = 0; i < 200; i++) send(usualMs * (0.8 + 0.4 * random()));

    const held = [send(usualMs * kept), ...Array.from({ length: kept }, () => send(apartMs))];
    const after = Array.from({ length: 50 }, () => send(usualMs * (0.8 + 0.4 * random())));

    expect(held.filter(Boolean)).toEqual([]);
    expect(after.filter(Boolean)).toEqual([]);
  });

  it("notices who sends far more after a silence than the silence can have held", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines);
    const { seen } = steady(baselines, { from: endMs + 3_600_000, gapMs: 5, count: 500 });
    const first = seen.findIndex((d) => d.surging);
    // An hour of a message a minute, and half as much again.
    expect(first).toBeGreaterThan(90);
    expect(first).toBeLessThan(110);
    expect(seen.slice(first).every((d) => d.surging)).toBe(true);
  });

  it.each([-3_600_000, 3_600_000])("is not unusual after the clock steps by %d ms", (stepMs) => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines, { gapMs: 1_000 });
    const { seen } = steady(baselines, { from: endMs + stepMs, gapMs: 1_000, count: 200 });
    expect(seen.filter((d) => d.surging)).toEqual([]);
  });

  it("judges nobody before the warm-up", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines, { count: 5 });
    const early = steady(baselines, { from: endMs, gapMs: 1, count: warmUpMessages - 6 });
    expect(early.seen.some((d) => d.surging)).toBe(false);
  });

  it("takes a pace that lasts an hour for the new normal", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines);
    const { seen } = steady(baselines, { from: endMs, gapMs: 1_000, count: 3_800 });
    expect(seen[3_000]?.surging).toBe(true);
    expect(seen.at(-1)?.surging).toBe(false);
  });

  it("blames no client when the whole fleet is catching up", () => {
    const baselines = new ClientBaselines(500, 1);
    const order = Array.from({ length: 400 }, (_, client) => client);
    for (let minute = 0; minute < 40; minute++) {
      for (const c of order)
        baselines.observe(`pump-${c}`, startMs + minute * 60_000 + c * 150, 400);
    }
    const surges = { fleet: 0, alone: 0 };
    const resumeMs = startMs + 40 * 60_000;
    for (let burst = 0; burst < 40; burst++) {
      for (const c of order) {
        const atMs = resumeMs + burst * 1_000 + c * 2.5;
        if (baselines.observe(`pump-${c}`, atMs, 400).surging) surges.fleet++;
      }
    }
    for (let i = 0; i < 40; i++) {
      const atMs = resumeMs + 40_000 + i;
      if (baselines.observe("pump-1", atMs, 400).surging) surges.alone++;
    }
    // 16,000 messages; a few come before the fleet's activity of that second is known.
    expect(surges.fleet).toBeLessThan(800);
    expect(surges.alone).toBeGreaterThan(20);
  });
});

describe("size", () => {
  it("notices a message far larger than usual, and none that is smaller", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines, { bytes: 400 });
    expect(baselines.observe("pump-7", endMs, 30_000)).toMatchObject({ oversized: true });
    expect(baselines.observe("pump-7", endMs + 60_000, 2)).toMatchObject({ oversized: false });
    expect(baselines.observe("pump-7", endMs + 120_000, 1_200)).toMatchObject({ oversized: false });
  });

  it("does not learn from outliers until there are 64 in a row", () => {
    const baselines = new ClientBaselines(10, 1);
    const { endMs } = steady(baselines, { bytes: 400 });
    const { seen } = steady(baselines, { from: endMs, bytes: 30_000, count: 100 });
    expect(seen.filter((d) => d.oversized).length).toBe(63);
    expect(seen.at(-1)?.oversized).toBe(false);
  });
});
