import { setTimeout as delay } from "node:timers/promises";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { type BatchRequest, readBatch } from "../../shared/stored-messages.ts";

/** A change as REGISTRY_CHANGES has it, whichever way it came. */
export interface ChangeMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

export interface ChangeReader {
  readonly stop: () => void;
}

export interface ChangeFollowing {
  /** As a user to whom the account of the stream, or of a mirror, tells its changes. */
  readonly connection: NatsConnection;
  readonly onChange: (message: ChangeMessage) => void;
  /** How often is read what was not told, in milliseconds; every 2 s by default. */
  readonly everyMs?: number;
  readonly log: Logger;
}

const stream = "REGISTRY_CHANGES";
const filter = subjects.registryChange("*");
const batchLimit = 1_000;

/**
 * Follows every change, in each replica for itself: as soon as it is stored it is told, and what
 * was not told, because a server or this connection was away, is read from the stream a little
 * later. At its start it begins with those of the last minute, for a copy of the table that lags.
 */
export function followChanges(following: ChangeFollowing): ChangeReader {
  const { connection, onChange, everyMs = 2_000, log } = following;
  const told = new Set<number>();
  let from: BatchRequest["from"] = { since: Date.now() - 60_000 };
  const stopping = new AbortController();

  const hear = connection.subscribe(subjects.registryChanged("*"), {
    callback: (error, { subject, data, headers }) => {
      if (error) return;
      told.add(Number(headers?.last("Nats-Sequence")));
      onChange({ subject: subjects.registryChange(subject.split(".").at(-1) ?? ""), data });
    },
  });
  const readOn = async () => {
    for (;;) {
      const batch = await readBatch(connection, stream, { from, filter, limit: batchLimit });
      for (const message of batch) {
        if (!told.delete(message.sequence)) onChange(message);
        from = { sequence: message.sequence + 1 };
      }
      if (batch.length < batchLimit) break;
    }
    // What was told and is not there any more was replaced by a later change of its device.
    const next = "sequence" in from ? from.sequence : 0;
    for (const sequence of told) if (sequence < next) told.delete(sequence);
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await readOn().catch((error) => {
        const reason = error instanceof Error ? error.message : error;
        log.warn({ reason }, "changes of the registry cannot be read, trying again");
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
