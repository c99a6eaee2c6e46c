import { pino } from "pino";
import { expect, it } from "vitest";
import { type PartitionEntry, partitionKey } from "../../contract/partitions.ts";
import type { LogSight } from "./ingress-tail.ts";
import type { Lease } from "./lease.ts";
import { PartitionOwner } from "./partition-owner.ts";

const log: LogSight = {
  ...{ created: "then", firstSequence: 1, firstAt: 0, partitions: 1 },
  ...{ lastSequence: 1_000, at: 1_000 },
};

it("hands on what an owner that fell silent may have decided, if it has not read all of that", async () => {
  const silent = { owner: "silent", created: "then", sequence: 500, at: 900 };
  const written: PartitionEntry[] = [];
  let revision = 7;
  let lease: Lease | undefined;
  const owner = new PartitionOwner({
    member: "next",
    store: {
      read: async () => ({
        sight: { ...log, lastSequence: 50 },
        entries: written.length > 0 ? [] : [{ key: partitionKey(0), revision, value: silent }],
      }),
      write: async (_, entry) => {
        written.push(entry);
        revision += 1;
        return revision;
      },
      beat: async () => {},
      noteAllSend: async () => {},
    },
    look: async () => log,
    settled: async () => {},
    sent: { mark: () => 0, isSettled: () => true },
    read: (held) => {
      lease = held.lease;
      held.cursor.take(501);
      held.cursor.finish(501);
      return { stop() {}, settled: () => true, waiting: async () => 0 };
    },
    onEnd: () => {},
    log: pino({ level: "silent" }),
    clock: () => performance.now(),
  });
  await expect.poll(() => lease?.inDoubtUpTo, { timeout: 60_000 }).toBe(1_000);

  await owner.drain();

  expect(written.at(-1)).toMatchObject({ owner: "", decidedUpTo: 1_000 });
});
