import { expect, it } from "vitest";
import type { HeldPartition } from "./held-partition.ts";
import { HeldPartitions } from "./held-partitions.ts";
import type { LogSight } from "./ingress-tail.ts";
import { createLease } from "./lease.ts";
import { SettledPosition } from "./settled-position.ts";

const log: LogSight = {
  ...{ created: "2026-01-01T00:00:00Z", firstSequence: 1, lastSequence: 1_000, at: 1 },
  ...{ partitions: 12, firstAt: 0 },
};

const clocks = { trustMs: 1_000, clock: () => 0 };

/** One partition, whose cursor is at 150, and at 100 of which all has settled. */
function partitionOf({ look = async () => log, settled = false } = {}) {
  const held = new HeldPartitions({
    ...{ look, settled: async () => {}, patienceMs: 1_000, clock: () => 0 },
    log: { warn() {} } as never,
  });
  const sent = { mark: () => 1, isSettled: () => settled };
  const partition = {
    lease: createLease({ partition: 3, inDoubtUpTo: 0, revision: 1, sentMs: 0, ...clocks }),
    cursor: { position: 150 },
    reader: { stop() {}, settled: () => true },
    settled: new SettledPosition(100, sent),
    confirmed: { created: log.created, sequence: 100, at: 0 },
    ...{ replacedMs: undefined, settledMs: undefined, leaving: false },
  } as unknown as HeldPartition;
  held.set(3, partition);
  return { held, partition };
}

it("writes down what has settled, and leaves what has not to whoever is next", async () => {
  const { held, partition } = partitionOf();
  await held.confirm();
  expect(partition.confirmed.sequence).toBe(100);
  expect(partition.lease.keepsSent).toBe(false);
});

it("keeps what it has sent when it hands back past that", async () => {
  const { held, partition } = partitionOf();
  held.leave(partition);
  await held.confirm();
  expect(partition.confirmed.sequence).toBe(150);
  expect(partition.lease.keepsSent).toBe(true);
});

it("leaves it to whoever is next when it was cut off before it could hand back", async () => {
  const cut = async () => {
    throw new Error("cut off");
  };
  const { held, partition } = partitionOf({ look: cut });
  held.leave(partition);
  await expect(held.confirm()).rejects.toThrow("cut off");
  expect(partition.lease.keepsSent).toBe(false);
});

it("keeps what came out of a log that is gone, which nobody can read again", async () => {
  const another = { ...log, created: "2026-02-02T00:00:00Z", lastSequence: 5 };
  const { held, partition } = partitionOf({ look: async () => another });
  await held.confirm();
  expect(partition).toMatchObject({ leaving: true });
  expect(partition.lease.keepsSent).toBe(true);
});

it("has nothing to keep when all has settled", async () => {
  const { held, partition } = partitionOf({ settled: true });
  held.leave(partition);
  await held.confirm();
  expect(partition.confirmed.sequence).toBe(150);
  expect(partition.lease.keepsSent).toBe(false);
});
