import { randomUUID } from "node:crypto";
import { z } from "zod";
import { subjects } from "../contract/subjects.ts";
import {
  JetStreamApiError,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
  messageHeaders,
  type NatsConnection,
} from "../shared/nats.ts";
import type { StreamMark } from "../shared/stream-sight.ts";
import { isWrongLastSequence } from "../shared/wrong-last-sequence.ts";

const stream = "INCIDENTS";
const expectedHeader = "Nats-Expected-Last-Subject-Sequence";
const batch = { id: "Nats-Batch-Id", sequence: "Nats-Batch-Sequence", commit: "Nats-Batch-Commit" };
/** Error code of nats-server. */
const noMessageFound = 10037;
/** As many as nats-server stores together, but for the cursor itself. */
export const commitLimit = 999;
const commitMs = 5_000;

/** How far findings are counted, and by whom. An empty owner: it was handed back. */
export interface IncidentCursor extends StreamMark {
  readonly owner: string;
}

/** What is stored together with the cursor. */
export interface JournalEntry {
  readonly subject: string;
  readonly body: string;
  /** It goes away by itself after so many seconds. */
  readonly ttlSeconds?: number;
}

/** Somebody else has become active since. */
export class Deposed extends Error {
  override readonly name = "Deposed";
}

const schema = z.object({
  owner: z.string(),
  created: z.string(),
  sequence: z.int().nonnegative(),
  at: z.number(),
});

/**
 * The stream of incidents as its one writer sees it. Whatever is written goes together with the
 * cursor, which must be the one that we wrote last: so what is counted and how far it is counted are
 * never apart, and who was replaced writes nothing more.
 */
export class Journal {
  readonly #connection: NatsConnection;
  readonly #js: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#js = jetstream(connection);
  }

  /** The cursor as the leader of the stream has it. */
  async cursor(): Promise<
    { readonly cursor: IncidentCursor; readonly revision: number } | undefined
  > {
    const found = await this.last(subjects.incidentCursor);
    const cursor = found && schema.parse(JSON.parse(new TextDecoder().decode(found.data)));
    return cursor && { cursor, revision: found.seq };
  }

  /** The last message of a subject, by the leader. */
  async last(subject: string) {
    const { streams } = await jetstreamManager(this.#connection, { checkAPI: false });
    try {
      return (await streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
      throw error;
    }
  }

  /**
   * Stores everything or nothing.
   *
   * @param revision of the cursor that is replaced; 0 when there is none.
   * @returns the new one.
   * @throws Deposed. After any other error it may be stored or not.
   */
  async commit(
    entries: readonly JournalEntry[],
    cursor: IncidentCursor,
    revision: number,
  ): Promise<number> {
    if (entries.length > commitLimit) throw new Error(`${entries.length} messages at once`);
    const id = randomUUID();
    entries.forEach(({ subject, body, ttlSeconds }, index) => {
      const own = inBatch(id, index + 1);
      if (ttlSeconds !== undefined) own.set("Nats-TTL", `${ttlSeconds}s`);
      this.#connection.publish(subject, body, { headers: own });
    });
    const last = entries.length === 0 ? messageHeaders() : inBatch(id, entries.length + 1);
    if (entries.length > 0) last.set(batch.commit, "1");
    last.set(expectedHeader, String(revision));
    try {
      const body = JSON.stringify(cursor);
      const { seq } = await this.#js.publish(subjects.incidentCursor, body, {
        headers: last,
        timeout: commitMs,
      });
      return seq;
    } catch (cause) {
      if (!isWrongLastSequence(cause)) throw cause;
      throw new Deposed("another aggregator is active", { cause });
    }
  }
}

function inBatch(id: string, sequence: number) {
  const own = messageHeaders();
  own.set(batch.id, id);
  own.set(batch.sequence, String(sequence));
  return own;
}
