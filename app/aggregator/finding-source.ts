import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import { continues, type StreamMark, type StreamSight, seeStream } from "../shared/stream-sight.ts";

const stream = "SECURITY_EVENTS";
const batchLimit = 500;
/** So long findings are waited for that no copy gives although the stream should have them. */
const gapMs = 10_000;

export interface ReadFindings {
  readonly messages: readonly StoredMessage[];
  /** Findings that were gone before they could be read. */
  readonly missed: number;
}

/**
 * Reads findings one after the other, from any copy, without a consumer. A copy may lag or be
 * damaged: what is not the next one is not taken until it is certain that there is none before it.
 */
export class FindingSource {
  readonly #connection: NatsConnection;
  /** Monotonic milliseconds. */
  readonly #clock: () => number;
  #sight: StreamSight | undefined;
  #gapSince: number | undefined;

  constructor(connection: NatsConnection, clock: () => number) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The number of the last finding, when it was last looked. */
  get end(): number {
    return this.#sight?.lastSequence ?? 0;
  }

  /** Looks whether the stream still is the one of the mark. @returns where to go on. */
  async look(mark: StreamMark): Promise<StreamMark> {
    const manager = await jetstreamManager(this.#connection, { checkAPI: false });
    const sight = await seeStream(manager, stream);
    this.#sight = sight;
    const { created, at } = sight;
    return { sequence: continues(mark, sight) ? mark.sequence : 0, created, at };
  }

  async next(mark: StreamMark): Promise<ReadFindings> {
    const from = { sequence: mark.sequence + 1 };
    const batch = await readBatch(this.#connection, stream, { from, limit: batchLimit });
    const first = batch[0]?.sequence;
    if (first === undefined) return { messages: [], missed: 0 };
    const missed = first - from.sequence;
    if (missed > 0 && !(await this.#isGone(first - 1, mark))) {
      return { messages: [], missed: 0 };
    }
    this.#gapSince = undefined;
    const torn = batch.findIndex(({ sequence }, index) => sequence !== first + index);
    const messages = torn === -1 ? batch : batch.slice(0, torn);
    return { messages, missed };
  }

  /** Whether the stream has nothing between the mark and this any more. */
  async #isGone(until: number, mark: StreamMark): Promise<boolean> {
    await this.look(mark);
    if ((this.#sight?.firstSequence ?? 0) > until) return true;
    this.#gapSince ??= this.#clock();
    return this.#clock() - this.#gapSince >= gapMs;
  }
}

/**
 * The mark after these messages. They show that the stream is the one of the mark as late as when the
 * last of them was stored: without it a stream that was empty at the last look would seem another one.
 */
export function markAfter(mark: StreamMark, messages: readonly StoredMessage[]): StreamMark {
  const last = messages.at(-1);
  return last ? { ...mark, sequence: last.sequence, at: Math.max(mark.at, last.storedAt) } : mark;
}
