import type { Logger } from "../../shared/log.ts";
import { continues } from "../../shared/stream-sight.ts";
import type { HeldPartition } from "./held-partition.ts";
import type { LogSight } from "./ingress-tail.ts";

export interface HeldPartitionsOptions {
  /** The log as it is now. */
  readonly look: () => Promise<LogSight>;
  /** Resolves when what the cursors are past has also been sent to whom it is for. */
  readonly settled: () => Promise<void>;
  /** How long is waited for a log that does not answer, or for what came out of one that is gone. */
  readonly patienceMs: number;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** The partitions that this replica owns, by their number, and how far they are known to be read. */
export class HeldPartitions extends Map<number, HeldPartition> {
  readonly #options: HeldPartitionsOptions;

  constructor(options: HeldPartitionsOptions) {
    super();
    this.#options = options;
  }

  leave(held: HeldPartition): void {
    held.leaving = true;
    held.reader.stop();
  }

  get leaving(): boolean {
    return [...this.values()].some((held) => held.leaving);
  }

  /**
   * Looks whether the log still is the one that the cursors belong to, and waits until what they are
   * past was sent. What stood in them before the look is true then; only that is written down, and of
   * what is not handed back just now only what has settled: who loses a partition sends nothing of it
   * once more, so whoever is next must. Who hands one back past that keeps what it sent.
   */
  async confirm(): Promise<LogSight> {
    const positions = [...this.values()].map((held) => {
      const { position } = held.cursor;
      const settled = held.settled.next(position);
      return { held, settled, sequence: held.leaving ? position : settled };
    });
    const [log] = await Promise.all([this.#options.look(), this.#options.settled()]);
    for (const { held, settled, sequence } of positions) {
      if (continues(held.confirmed, log) && sequence <= log.lastSequence) {
        if (sequence > settled) held.lease.keepSent();
        held.confirmed = { created: log.created, sequence, at: log.at };
      } else if (held.replacedMs === undefined) this.#abandon(held, log);
    }
    return log;
  }

  /** Those whose time has come, and whether all that they are past is confirmed. */
  toHandBack(): readonly { readonly held: HeldPartition; readonly confirmed: boolean }[] {
    const leaving = [...this.values()].filter((held) => held.leaving && held.lease.held());
    return leaving
      .filter((held) => held.reader.settled() || this.#isOver(held.replacedMs))
      .map((held) => ({ held, confirmed: this.#isConfirmed(held) }));
  }

  /** What is confirmed already serves as well: the next owner repeats the rest. */
  #isConfirmed(held: HeldPartition): boolean {
    held.settledMs ??= this.#options.clock();
    const { replacedMs, confirmed, cursor, settledMs } = held;
    const same = confirmed.sequence === cursor.position;
    return replacedMs !== undefined || same || this.#isOver(settledMs);
  }

  #abandon(held: HeldPartition, { created, lastSequence }: LogSight): void {
    const { confirmed, lease } = held;
    this.#options.log.warn(
      { partition: lease.partition, confirmed, created, lastSequence },
      "the log is another than before: it is read from its beginning",
    );
    held.replacedMs = this.#options.clock();
    // Nobody can read again what it came from.
    lease.keepSent();
    this.leave(held);
  }

  #isOver(sinceMs: number | undefined): boolean {
    const { clock, patienceMs } = this.#options;
    return sinceMs !== undefined && clock() - sinceMs >= patienceMs;
  }
}
