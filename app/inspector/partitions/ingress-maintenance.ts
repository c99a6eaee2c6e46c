import { setTimeout as delay } from "node:timers/promises";
import type { Lane } from "../../contract/lanes.ts";
import { partitionFilter } from "../../contract/partitions.ts";
import type { Logger } from "../../shared/log.ts";
import type { JetStreamManager } from "../../shared/nats.ts";
import type { HeldPartition } from "./held-partition.ts";
import { idleCursor, mayBeIdle } from "./idle-cursor.ts";
import type { IngressTail, LogSight } from "./ingress-tail.ts";

export interface IngressMaintenanceOptions {
  readonly jsm: JetStreamManager;
  readonly lane: Pick<Lane, "stream">;
  readonly tail: IngressTail;
  readonly held: () => ReadonlyMap<number, HeldPartition>;
  readonly lowestCursor: (log: LogSight) => number | undefined;
  readonly onLag: (partition: number, messages: number) => void;
  readonly log: Logger;
}

const everyMs = 5_000;

/**
 * Every few seconds: moves the cursors of idle partitions, purges what every partition is past,
 * and measures what waits.
 */
export function startIngressMaintenance(options: IngressMaintenanceOptions) {
  const stopping = new AbortController();
  const { tail, held, log } = options;

  const round = async () => {
    await tail.look();
    await Promise.all(
      [...held().values()].flatMap((each) => [
        skipEmptyStretch(options, each),
        measureLag(options, each),
      ]),
    );
    // One replica does it, which saves work; two would do no harm.
    if (held().has(0)) await purge(options);
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await round().catch((error) =>
        log.warn({ err: error }, `${options.lane.stream} maintenance failed`),
      );
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function skipEmptyStretch(
  { jsm, lane, tail }: IngressMaintenanceOptions,
  { cursor, lease }: HeldPartition,
): Promise<void> {
  const settled = tail.settled();
  const { position, inFlight } = cursor;
  if (settled === undefined || !mayBeIdle({ cursor: position, inFlight }, settled)) return;
  // A name of its own, because the client's type does not know the second field.
  const nextOfPartition = {
    seq: position + 1,
    next_by_subj: partitionFilter(lease.partition),
  };
  // The leader answers this one; a direct get could be answered by a follower that lags.
  const next = await jsm.streams.getMessage(lane.stream, nextOfPartition);
  const target = idleCursor(settled, next?.seq);
  if (target !== undefined) cursor.skipTo(target);
}

async function measureLag(
  { tail, onLag }: IngressMaintenanceOptions,
  { cursor, lease, reader }: HeldPartition,
): Promise<void> {
  const waiting = await reader.waiting();
  // Without a consumer only the bound is known: everything stored since, whoever's it is.
  const lag =
    waiting === undefined
      ? (tail.last()?.lastSequence ?? 0) - cursor.position
      : waiting + cursor.inFlight;
  onLag(lease.partition, Math.max(0, lag));
}

/**
 * By sequence and not by subject: the former drops whole blocks, the latter looks at messages. Right
 * after a look, so that it is this very log whose cursors are past them all: the numbers of one that
 * was made anew are those of messages that nobody has read.
 */
async function purge({ jsm, lane, tail, ...options }: IngressMaintenanceOptions): Promise<void> {
  const sight = await tail.look();
  const lowest = options.lowestCursor(sight);
  if (lowest === undefined || lowest < sight.firstSequence) return;
  const { purged } = await jsm.streams.purge(lane.stream, { seq: lowest + 1 });
  options.log.debug({ purged, lowest }, `${lane.stream} purged`);
}
