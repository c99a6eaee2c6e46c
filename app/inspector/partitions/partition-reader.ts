import { setTimeout as delay } from "node:timers/promises";
import type { Lane } from "../../contract/lanes.ts";
import { partitionFilter } from "../../contract/partitions.ts";
import type { Logger } from "../../shared/log.ts";
import type { ConsumerMessages, JetStreamClient, JetStreamManager } from "../../shared/nats.ts";
import { type IngressMessage, readIngressMessage } from "../pipeline/ingress-message.ts";
import { ClientLines } from "./client-lines.ts";
import type { Cursor } from "./cursor.ts";
import type { Lease } from "./lease.ts";
import { createSecondReading } from "./second-reading.ts";

/** Stores the results of one message. It is repeated when it rejects, until the lease ends. */
export type MessageHandler = (message: IngressMessage, lease: Lease) => Promise<void>;

export interface PartitionReader {
  /** Takes nothing more in. What is in flight goes on, what waits behind it does not. */
  readonly stop: () => void;
  /** Whether nothing is in flight any more. */
  readonly settled: () => boolean;
  /** Messages that wait in the log or for their turn; undefined while there is no consumer to tell. */
  readonly waiting: () => Promise<number | undefined>;
}

export interface PartitionReading {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly lane: Pick<Lane, "stream">;
  readonly lease: Lease;
  readonly cursor: Cursor;
  readonly handle: MessageHandler;
  readonly log: Logger;
}

const batchSize = 64;
/** A full partition that does not move for so long lets go of its consumer instead of piling up. */
const patienceMs = 2_000;
const retryMs = 250;

/**
 * Reads one partition in order from its cursor, with one message in flight per client.
 *
 * The consumer is ordered: it keeps nothing on the server, and is made anew after each gap, from
 * where it stood. Whatever fails is tried again until the lease ends.
 */
export function readPartition(reading: PartitionReading): PartitionReader {
  const { js, lane, lease, cursor, handle, log } = reading;
  const { partition } = lease;
  let stopped = false;
  let current: ConsumerMessages | undefined;
  let pending: (() => Promise<number>) | undefined;
  let onRoom: (() => void) | undefined;

  const handled = async (message: IngressMessage) => {
    while (lease.held()) {
      try {
        await handle(message, lease);
        return true;
      } catch (error) {
        if (lease.signal.aborted) return false;
        log.error(
          { err: error, partition, sequence: message.sequence },
          "not handled, trying again",
        );
        await delay(retryMs);
      }
    }
    return false;
  };
  const lines = new ClientLines({
    cursor,
    handle: handled,
    readAgain: createSecondReading(reading),
    onRoom: () => onRoom?.(),
  });
  const room = async () => {
    const freed = new Promise<void>((resolve) => {
      onRoom = resolve;
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
        if (cursor.take(message.seq)) lines.push(readIngressMessage(message));
        if (!lines.full()) continue;
        await room();
        if (lines.full()) break;
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
        if (lines.full()) await room();
        else await read();
      } catch (error) {
        log.warn({ err: error, partition }, "cannot read the partition, trying again");
        await delay(retryMs);
      }
    }
  };
  const stop = () => {
    stopped = true;
    lines.stop();
    current?.stop();
    onRoom?.();
  };

  lease.signal.addEventListener("abort", stop, { once: true });
  void run();
  return {
    stop,
    settled: () => lines.running === 0,
    waiting: async () => pending && (await pending()) + lines.putOff,
  };
}
