import { setTimeout as delay } from "node:timers/promises";
import type { StreamName } from "../contract/stream-bounds.ts";
import type { Logger } from "./log.ts";
import { jetstreamManager, type NatsConnection } from "./nats.ts";
import { type BatchRequest, hasMore, readBatch } from "./stored-messages.ts";
import { continues, type StreamMark, seeStream } from "./stream-sight.ts";

/** A message as its stream has it, whichever way it came. */
export interface FollowedMessage {
  readonly sequence: number;
  /** Of the stream, whatever the subject is under which it was told. */
  readonly subject: string;
  readonly data: Uint8Array;
}

export interface Following {
  /** As a user to whom the account of the stream, or of a mirror, tells what it stores. */
  readonly connection: NatsConnection;
  readonly stream: StreamName;
  /** Subjects in the stream. */
  readonly filter: string;
  /** The subjects under which the stream tells at once what it has stored. */
  readonly told: string;
  /** Where reading begins. */
  readonly from: BatchRequest["from"];
  readonly onMessage: (message: FollowedMessage) => void;
  /** The stream is another than before: its sequences begin again, and all of it is read. */
  readonly onAnew?: () => void;
  /** Everything that the stream holds has been read; called each time that this is so. */
  readonly onRead?: () => void;
  /** How often is read what was not told, in milliseconds; every 2 s by default. */
  readonly everyMs?: number;
  /** In the log: "… cannot be read". */
  readonly what: string;
  readonly log: Logger;
}

export interface Follower {
  readonly stop: () => void;
}

/**
 * Follows a stream without a consumer, in each replica for itself: what is stored is told at once,
 * and what was not told, because a server or this connection was away, is read a little later. So a
 * message may come after a later one, and never not at all while the stream has it.
 */
export function followStored(following: Following): Follower {
  const { connection, stream, filter, onMessage, everyMs = 2_000, log } = following;
  const manager = jetstreamManager(connection, { checkAPI: false });
  const told = new Set<number>();
  let { from } = following;
  let mark: StreamMark | undefined;
  const stopping = new AbortController();

  const hear = connection.subscribe(following.told, {
    callback: (error, { data, headers }) => {
      if (error) return;
      const sequence = Number(headers?.last("Nats-Sequence"));
      told.add(sequence);
      onMessage({ sequence, subject: headers?.last("Nats-Subject") ?? "", data });
    },
  });
  const look = async () => {
    const sight = await seeStream(await manager, stream);
    if (mark && !continues(mark, sight)) {
      log.warn({ created: sight.created }, `${following.what} are in another stream than before`);
      from = { sequence: 1 };
      told.clear();
      following.onAnew?.();
    }
    mark = { created: sight.created, sequence: sight.lastSequence, at: sight.at };
  };
  const readOn = async () => {
    await look();
    for (;;) {
      const batch = await readBatch(connection, stream, { from, filter });
      for (const message of batch) {
        if (!told.delete(message.sequence)) onMessage(message);
        from = { sequence: message.sequence + 1 };
      }
      if (!hasMore(batch)) break;
    }
    // What was told and is not there any more was replaced by a later message of its subject.
    const next = "sequence" in from ? from.sequence : 0;
    for (const sequence of told) if (sequence < next) told.delete(sequence);
    if (!stopping.signal.aborted) following.onRead?.();
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await readOn().catch((error) => {
        const reason = error instanceof Error ? error.message : error;
        log.warn({ reason }, `${following.what} cannot be read, trying again`);
      });
      await delay(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  void run();
  return {
    stop: () => {
      stopping.abort();
      hear.unsubscribe();
    },
  };
}
