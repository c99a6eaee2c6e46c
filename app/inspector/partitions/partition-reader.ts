import { setTimeout as delay } from "node:timers/promises";
import type { Lane } from "../../contract/lanes.ts";
import { partitionFilter } from "../../contract/partitions.ts";
import { KeyedQueue } from "../../shared/keyed-queue.ts";
import type { Logger } from "../../shared/log.ts";
import type { ConsumerMessages, JetStreamClient, JsMsg } from "../../shared/nats.ts";
import type { Cursor } from "./cursor.ts";
import type { Lease } from "./lease.ts";

/** Stores the results of one message. It is repeated when it rejects, until the lease ends. */
export type MessageHandler = (message: JsMsg, lease: Lease) => Promise<void>;

export interface PartitionReader {
  /** Takes nothing more in. What was taken goes on. */
  readonly stop: () => void;
  /** Messages that wait in the log; undefined while there is no consumer to tell. */
  readonly waiting: () => Promise<number | undefined>;
}

export interface PartitionReading {
  readonly js: JetStreamClient;
  readonly lane: Pick<Lane, "stream">;
  readonly lease: Lease;
  readonly cursor: Cursor;
  readonly handle: MessageHandler;
  readonly log: Logger;
}

/**
 * Enough to keep the destination busy through its round trips. More would be handled in one go
 * when it arrives, and the renewals of the leases have to find their turn in between.
 */
const mostInFlight = 128;
const batchSize = 64;
/** A full partition that does not move for so long lets go of its consumer instead of piling up. */
const patienceMs = 2_000;
const retryMs = 250;

/**
 * Reads one partition in order from its cursor, with one message at a time per client.
 *
 * The consumer is ordered: it keeps nothing on the server, and is made anew after each gap, from
 * where it stood. Whatever fails is tried again until the lease ends.
 */
export function readPartition({ js, lane, lease, cursor, handle, log }: PartitionReading) {
  const { partition } = lease;
  const queue = new KeyedQueue();
  let stopped = false;
  let current: ConsumerMessages | undefined;
  let pending: (() => Promise<number>) | undefined;
  let onSpace: (() => void) | undefined;

  const accept = (message: JsMsg) => {
    const sequence = message.seq;
    if (!cursor.take(sequence)) return;
    // The subject names origin and client: that is what order is kept of.
    queue.push(message.subject, async () => {
      if (!(await handled(message))) return;
      cursor.finish(sequence);
      if (cursor.inFlight <= mostInFlight / 2) onSpace?.();
    });
  };
  const handled = async (message: JsMsg) => {
    while (lease.held()) {
      try {
        await handle(message, lease);
        return true;
      } catch (error) {
        if (lease.signal.aborted) return false;
        log.error({ err: error, partition, sequence: message.seq }, "not handled, trying again");
        await delay(retryMs);
      }
    }
    return false;
  };
  const space = async () => {
    const freed = new Promise<void>((resolve) => {
      onSpace = resolve;
    });
    const waited = new AbortController();
    const patience = delay(patienceMs, undefined, { signal: waited.signal }).catch(() => {});
    await Promise.race([freed, patience]);
    waited.abort();
  };

  const read = async () => {
    const consumer = await js.consumers.get(lane.stream, {
      filter_subjects: partitionFilter(partition),
      opt_start_seq: Math.max(cursor.lastTaken(), cursor.position) + 1,
    });
    // A shorter heartbeat finds a consumer that stalls from the start within a second.
    const messages = await consumer.consume({
      max_messages: batchSize,
      expires: 5_000,
      idle_heartbeat: 500,
    });
    current = messages;
    pending = async () => (await consumer.info()).num_pending;
    try {
      for await (const message of messages) {
        if (stopped) break;
        accept(message);
        if (cursor.inFlight < mostInFlight) continue;
        await space();
        if (cursor.inFlight >= mostInFlight) break;
      }
    } finally {
      current = undefined;
      pending = undefined;
      messages.stop();
      consumer.delete().catch((error) => log.debug({ err: error, partition }, "consumer stays"));
    }
  };
  const run = async () => {
    while (!stopped) {
      try {
        if (cursor.inFlight < mostInFlight) await read();
        else await space();
      } catch (error) {
        log.warn({ err: error, partition }, "cannot read the partition, trying again");
        await delay(retryMs);
      }
    }
  };
  const stop = () => {
    stopped = true;
    current?.stop();
    onSpace?.();
  };

  lease.signal.addEventListener("abort", stop, { once: true });
  void run();
  return { stop, waiting: async () => pending?.() } satisfies PartitionReader;
}
