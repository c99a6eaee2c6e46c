import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import { continues, noMark, type StreamMark, seeStream } from "../shared/stream-sight.ts";
import type { CatchUps } from "./catch-ups.ts";
import type { LastSeen } from "./last-seen.ts";
import type { LastSeenStore } from "./last-seen-store.ts";
import { readSession } from "./session-record.ts";

const stream = "$MQTT_sess";
/** Records that are read together. */
const batch = 100;
/** Clocks of servers and of ours may differ by that. */
const skewMs = 1_000;

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
      found += await this.#see(old);
      const last = old.at(-1);
      if (last) this.#mark = { created, at, sequence: last.sequence };
      if (!hasMore(records) || old.length < records.length) return found;
    }
  }

  async #see(records: readonly StoredMessage[]): Promise<number> {
    const { store, catchUps } = this.#options;
    const sessions = records.flatMap(({ data, storedAt }) => {
      const session = readSession(data);
      return session?.subscribed ? [{ clientId: session.clientId, atMs: storedAt }] : [];
    });
    const seen = await Promise.all(sessions.map(({ clientId }) => store.read(clientId)));
    const missing = sessions.filter(
      ({ clientId, atMs }, i) => !isCaughtUp(seen[i], atMs) && !catchUps.has(clientId),
    );
    for (const each of missing) catchUps.begin({ ...each, certain: false });
    return missing.length;
  }
}

const isCaughtUp = (seen: LastSeen | undefined, atMs: number) =>
  (seen?.caughtUp?.subscribed ?? 0) >= atMs - skewMs;
