import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import { continues, noMark, type StreamMark, seeStream } from "../shared/stream-sight.ts";
import type { CatchUps } from "./catch-ups.ts";
import { isCaughtUp } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import { readSession } from "./session-record.ts";

const stream = "$MQTT_sess";
/** Records that are read together. */
const batch = 1_000;

export interface SessionSweepOptions {
  readonly connection: NatsConnection;
  readonly store: Pick<LastSeenStore, "read">;
  readonly catchUps: Pick<CatchUps, "begin" | "has" | "oldestMs">;
  /** Who connected later may be in hand at another replica still. */
  readonly youngMs: number;
  readonly clock: () => number;
}

/**
 * Finds the devices that connected and were not caught up: because nobody heard of it, because there
 * was no room, or because the replica that had heard died. nats-server keeps a record of each session.
 */
export class SessionSweep {
  readonly #options: SessionSweepOptions;
  /** Up to where there is nothing more to do. */
  #mark: StreamMark = noMark;

  constructor(options: SessionSweepOptions) {
    this.#options = options;
  }

  /**
   * From where the last one ended; the first one from the beginning.
   *
   * @returns how many devices it found.
   */
  async run(): Promise<number> {
    const { connection, catchUps, clock, youngMs } = this.#options;
    const sight = await seeStream(await jetstreamManager(connection, { checkAPI: false }), stream);
    if (!continues(this.#mark, sight)) this.#mark = noMark;
    const { created, at } = sight;
    // When devices wait here, those of another replica wait as long.
    const untilMs = clock() - youngMs - 2 * catchUps.oldestMs;
    let found = 0;
    for (;;) {
      const from = { sequence: this.#mark.sequence + 1 };
      const records = await readBatch(connection, stream, { from, limit: batch });
      const old = records.filter(({ storedAt }) => storedAt < untilMs);
      const seen = await seeTo(old, this.#options);
      found += seen.found;
      if (seen.upTo !== undefined) this.#mark = { created, at, sequence: seen.upTo };
      if (!hasMore(records) || seen.upTo !== records.at(-1)?.sequence) return found;
    }
  }
}

/**
 * Begins with those that are not caught up, until there is no room.
 *
 * @returns the sequence of the last one that is seen to, undefined for none, and how many were begun.
 */
export async function seeTo(
  records: readonly Pick<StoredMessage, "sequence" | "storedAt" | "data">[],
  { store, catchUps }: Pick<SessionSweepOptions, "store" | "catchUps">,
): Promise<{ readonly found: number; readonly upTo: number | undefined }> {
  const sessions = records.map(({ data }) => readSession(data));
  const seen = await Promise.all(
    sessions.map((session) => (session?.subscribed ? store.read(session.clientId) : undefined)),
  );
  let found = 0;
  let upTo: number | undefined;
  for (const [i, { sequence, storedAt: atMs }] of records.entries()) {
    const clientId = sessions[i]?.clientId;
    const known = seen[i];
    if (clientId !== undefined && known && !isCaughtUp(known, atMs) && !catchUps.has(clientId)) {
      if (!catchUps.begin({ clientId, certain: false, atMs })) break;
      found++;
    }
    upTo = sequence;
  }
  return { found, upTo };
}
