import type { RegionName } from "../contract/regions.ts";
import { subjects } from "../contract/subjects.ts";
import type { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { JetStreamApiError, messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { readLast } from "../shared/stored-messages.ts";
import { noMark, type StreamMark } from "../shared/stream-sight.ts";

/** Whoever does not write for so long has lost its turn. */
const turnMs = 4_000;
/** How much earlier it stops itself. */
const marginMs = 1_000;
const writeLimitMs = 1_000;
const wrongLastSequence = [10071, 10164];

export interface SendingTurnOptions {
  readonly connection: NatsConnection;
  readonly publisher: Pick<AcknowledgedPublisher, "publish">;
  readonly peer: RegionName;
  /** Who asks, among the replicas. */
  readonly replica: string;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

interface Entry extends StreamMark {
  /** Empty when nobody has the turn. */
  readonly owner: string;
}

/** Another replica sends by now. */
export class TurnLost extends Error {
  override readonly name = "TurnLost";
}

/**
 * Whose turn it is to send what a peer's mirror brings, and how far it has been sent: one entry in
 * LAST_SEEN, which is written by compare-and-set. Whether somebody else still has the turn is judged by
 * whether the entry changes, never by a clock of somebody else.
 */
export class SendingTurn {
  readonly #options: SendingTurnOptions;
  #seen = { revision: 0, sinceMs: 0 };
  #revision = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(options: SendingTurnOptions) {
    this.#options = options;
  }

  /** Whether it is ours. Asked before everything that is sent: this process may have stood still. */
  held(): boolean {
    return this.#options.clock() - this.#writtenMs < turnMs - marginMs;
  }

  /**
   * How far the one before has sent, or undefined while another one sends.
   *
   * @throws Error when it cannot be known now
   */
  async take(): Promise<StreamMark | undefined> {
    const { connection, clock, peer, replica } = this.#options;
    const [found] = await readLast(connection, "LAST_SEEN", { subjects: [subjects.sent(peer)] });
    const revision = found?.sequence ?? 0;
    const { owner, ...mark } = found ? entryOf(found.data) : { owner: "", ...noMark };
    if (revision !== this.#seen.revision) this.#seen = { revision, sinceMs: clock() };
    if (owner !== "" && clock() - this.#seen.sinceMs < turnMs) return undefined;
    this.#revision = revision;
    await this.#write({ owner: replica, ...mark });
    return mark;
  }

  /** @throws TurnLost when another replica has it by now */
  keep(mark: StreamMark): Promise<void> {
    return this.#write({ owner: this.#options.replica, ...mark });
  }

  /** Leaves it to the others. */
  async leave(mark: StreamMark): Promise<void> {
    await this.#write({ owner: "", ...mark });
    this.#writtenMs = Number.NEGATIVE_INFINITY;
  }

  async #write(entry: Entry): Promise<void> {
    const { publisher, peer, clock } = this.#options;
    const headers = messageHeaders();
    headers.set("Nats-Expected-Last-Subject-Sequence", String(this.#revision));
    const askedMs = clock();
    const payload = Buffer.from(JSON.stringify(entry));
    const options = { headers, timeout: writeLimitMs };
    try {
      this.#revision = (await publisher.publish(subjects.sent(peer), payload, options)).seq;
      this.#writtenMs = askedMs;
    } catch (cause) {
      if (!(cause instanceof JetStreamApiError) || !wrongLastSequence.includes(cause.code)) {
        throw cause;
      }
      this.#writtenMs = Number.NEGATIVE_INFINITY;
      throw new TurnLost(`another replica sends what comes from ${peer}`, { cause });
    }
  }
}

/** One that cannot be read says nothing: then what came lately is sent. */
function entryOf(data: Uint8Array): Entry {
  try {
    const { owner, created, sequence, at } = JSON.parse(Buffer.from(data).toString());
    return {
      owner: String(owner),
      created: String(created),
      sequence: Number(sequence) || 0,
      at: Number(at) || 0,
    };
  } catch {
    return { owner: "", ...noMark };
  }
}
