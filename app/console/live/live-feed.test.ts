import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { partitionCount } from "../../contract/partitions.ts";
import { parseMetrics } from "../../shared/process-metrics.ts";
import { LiveFeed } from "./live-feed.ts";
import type { Overview } from "./overview.ts";
import type { Told } from "./sources.ts";

const start = 1_700_000_000_000;
const url = "http://127.0.0.1:1";
const sources = [
  { kind: "bridge", url },
  { kind: "inspector", url },
];

/** A feed on what is told each time, two seconds apart. */
async function fed(...rounds: readonly (readonly Told[])[]) {
  let at = start;
  let round = 0;
  const heard: Overview[] = [];
  const ask = async () => rounds[round++] ?? [];
  const feed = new LiveFeed({ sources, ask, clock: () => at });
  feed.listen((overview) => heard.push(overview));
  for (const _ of rounds) {
    at += 2_000;
    await feed.ask();
  }
  return { feed, heard, last: heard.at(-1) as Overview };
}

const told = (kind: string, lines: string): Told => ({
  ...{ kind, process: `http://${kind}:1` },
  samples: parseMetrics(`process_start_time_seconds ${start / 1_000 - 60}\n${lines}`),
});
const bridge = (stored: number, more = "") =>
  told(
    "bridge",
    `sentinel_bridge_stored_messages_total{replica="bridge-1"} ${stored}\nsentinel_bridge_duplicate_messages_total ${stored / 2}\nsentinel_bridge_upstream_connected 1\nsentinel_bridge_leads 1\n${more}`,
  );
const inspector = (allowed: number, more = "") =>
  told(
    "inspector",
    `sentinel_inspector_inspected_messages_total{origin="upstream",verdict="allow"} ${allowed}\nsentinel_inspector_partitions_owned{process="inspector"} ${partitionCount}\n${more}`,
  );

/** The inspector when it is asked and does not answer. */
const missing: Told = { kind: "inspector", process: "http://inspector:1", samples: undefined };

describe("what pages are told", () => {
  it("is how much a second, and how much since the console began to watch", async () => {
    const { last, feed, heard } = await fed(
      [bridge(1_000), inspector(700)],
      [bridge(1_080), inspector(740)],
    );

    expect(last.now).toMatchObject({ at: start + 4_000, takenIn: 20, inspected: 20, sent: 20 });
    expect(last.totals).toMatchObject({ since: start, takenIn: 40, inspected: 40, sent: 40 });
    expect(feed.history.map(({ at }) => at)).toEqual(heard.map(({ now }) => now.at));
    expect(last.troubles).toEqual([]);
  });

  it("takes quantiles of the last minute, as an upper bound of both halves", async () => {
    const buckets = (name: string, count: number) =>
      `${name}_bucket{process="inspector",le="0.01"} 0\n${name}_bucket{process="inspector",le="0.02"} ${count}\n${name}_bucket{process="inspector",le="+Inf"} ${count}`;
    const round = (count: number) => [
      bridge(count, buckets("sentinel_bridge_store_seconds", count)),
      inspector(count, buckets("sentinel_inspector_store_seconds", count)),
    ];
    const { last } = await fed(round(0), round(100));

    expect(last.now.deliveryMs).toBeCloseTo(39.9, 1);
    expect(last.now).not.toHaveProperty("loginMs");
  });

  it("is as often, and as much, at 10,000 alerts a second as at ten", async () => {
    const told = async (rate: number) => {
      const rounds = Array.from({ length: 30 }, (_, i) => [
        bridge(2 * rate * i),
        inspector(2 * rate * i),
      ]);
      const { heard } = await fed(...rounds);
      return { times: heard.length, bytes: JSON.stringify(heard.at(-1)).length };
    };
    const [few, many] = [await told(10), await told(10_000)];

    expect(many.times).toBe(few.times);
    // Numbers have more digits.
    expect(many.bytes).toBeLessThan(1.1 * few.bytes);
  });

  it("names the processes, those that are silent and those that cannot be found", async () => {
    const silent = { kind: "bridge", process: "http://bridge:1", samples: undefined };
    const { last } = await fed([bridge(1)], [silent]);

    expect(last.processes).toEqual([
      expect.objectContaining({ kind: "bridge", name: "bridge-1", answers: false }),
      { kind: "inspector", name: "inspector", answers: false },
    ]);
    expect(last.troubles.map(({ what }) => what)).toEqual([
      `${partitionCount} partitions are inspected by nobody`,
      "bridge bridge-1 answers no more",
      "No process inspector answers",
    ]);
  });
});

it("does not take a process for silent after a rest, of which one answer is missing", async () => {
  const restMs = 17_000;
  let at = start;
  const rounds = [[inspector(1)], [inspector(2)], [missing], [missing]];
  const feed = new LiveFeed({ sources, ask: async () => rounds.shift() ?? [], clock: () => at });
  const said: string[][] = [];
  feed.listen(({ troubles }) => said.push(troubles.map(({ what }) => what)));
  while (rounds.length > 0) {
    at += restMs;
    await feed.ask();
  }
  const unowned = `${partitionCount} partitions are inspected by nobody`;
  expect(said.map((troubles) => troubles.includes(unowned))).toEqual([false, false, false, true]);
});

describe("what is wrong now", () => {
  it.each([
    ["No bridge is connected", { bridge: "sentinel_bridge_upstream_connected 0" }],
    ["No bridge leads", { bridge: "sentinel_bridge_leads 0" }],
    [
      "1 partition is inspected by nobody",
      {
        inspector: `sentinel_inspector_partitions_owned{process="inspector"} ${partitionCount - 1}`,
      },
    ],
    ["3 messages are held", { inspector: "sentinel_inspector_held_messages 3" }],
    [
      "9,000 alerts wait",
      { inspector: 'sentinel_inspector_lag_messages{process="inspector"} 9000' },
    ],
    ["5 alerts were dropped", { bridge: "sentinel_bridge_shed_messages_total 5" }],
    [
      "1 message could not be taken",
      { bridge: 'sentinel_bridge_dead_letter_messages_total{reason="topic"} 1' },
    ],
  ])("is said in words: %s", async (words, more: { bridge?: string; inspector?: string }) => {
    const { last } = await fed(
      [bridge(1), inspector(1)],
      [bridge(2, more.bridge), inspector(2, more.inspector)],
    );

    expect(last.troubles).toHaveLength(1);
    const [trouble] = last.troubles;
    expect(trouble?.what).toContain(words);
    const runbook = join(import.meta.dirname, `../../../docs/runbooks/${trouble?.runbook}.md`);
    expect([runbook, existsSync(runbook)]).toEqual([runbook, true]);
  });
});

it("asks often while somebody looks, at once when somebody comes, and seldom else", async () => {
  let asked = 0;
  const ask = async () => {
    asked++;
    return [];
  };
  const pace = { everyMs: 1, restMs: 3_600_000 };
  const feed = new LiveFeed({ sources, ask, clock: Date.now, pace });
  const running = feed.run();
  const patience = { timeout: 60_000, interval: 5 };
  await vi.waitFor(() => expect(asked).toBe(1), patience);
  for (let visit = 0; visit < 2; visit++) {
    const before = asked;
    const unlisten = feed.listen(() => {});
    await vi.waitFor(() => expect(asked).toBeGreaterThan(before + 3), patience);
    unlisten();
    // What was begun ends, and nothing more is asked within the hour.
    let seen: number;
    do {
      seen = asked;
      await delay(50);
    } while (asked !== seen);
  }
  feed.stop();
  await running;
});

it("tells nobody who comes what is old", async () => {
  let at = start;
  const feed = new LiveFeed({ sources, ask: async () => [bridge(1)], clock: () => at });
  await feed.ask();
  expect(feed.latest).toBeDefined();
  at += 15_000;
  expect(feed.latest).toBeUndefined();
  await feed.ask();
  expect(feed.latest?.now.at).toBe(at);
});

it("remembers a quarter of an hour", async () => {
  const rounds = Array.from({ length: 460 }, (_, i) => [bridge(i), inspector(i)]);
  const { feed } = await fed(...rounds);
  expect(feed.history).toHaveLength(450);
});

it("adds what a process has counted that is gone, and forgets how it was", async () => {
  const none = Array.from({ length: 31 }, () => [inspector(0)]);
  const { last } = await fed([bridge(10), inspector(0)], [bridge(30), inspector(0)], ...none);

  expect(last.totals.takenIn).toBe(10);
  expect(last.processes.filter(({ kind }) => kind === "bridge")).toEqual([
    { kind: "bridge", name: "bridge", answers: false },
  ]);
});
