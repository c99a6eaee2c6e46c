import { randomBytes } from "node:crypto";
import type { RegionName } from "../contract/regions.ts";
import { subjects } from "../contract/subjects.ts";
import type { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { readLast } from "../shared/stored-messages.ts";
import { noMark, type StreamMark } from "../shared/stream-sight.ts";
import { isWrongLastSequence } from "../shared/wrong-last-sequence.ts";
import { SeenEntry } from "./seen-entry.ts";

/** Whoever does not write for so long has lost its turn. */
const turnMs = 4_000;
/** How much earlier it stops itself. */
const marginMs = 1_000;
const writeLimitMs = 1_000;

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

/** What whoever takes a turn finds. */
export interface Taken {
  /** How far was sent. */
  readonly mark: StreamMark;
  /** Whether nobody else had it since this process did. */
  readonly again: boolean;
}

/** Another replica may send by now. */
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
  /** Of this process: a replica that was started again has not sent what the one before it did. */
  readonly #owner: string;
  readonly #seen = new SeenEntry(turnMs);
  #revision = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(options: SendingTurnOptions) {
    this.#options = options;
    this.#owner = `${options.replica} ${randomBytes(8).toString("hex")}`;
  }

  /** Whether it is ours. Asked before everything that is sent: this process may have stood still. */
  held(): boolean {
    return this.#options.clock() - this.#writtenMs < turnMs - marginMs;
  }

  /**
   * Undefined while another one sends. At once where the last one who had it was this process: a write
   * whose answer got lost is the entry that it then finds. Undefined, too, where a copy that lags answers.
   *
   * @throws Error when it cannot be known now
   */
  async take(): Promise<Taken | undefined> {
    const { connection, clock, peer } = this.#options;
    const [found] = await readLast(connection, "LAST_SEEN", { subjects: [subjects.sent(peer)] });
    const revision = found?.sequence ?? 0;
    const { owner, ...mark } = found ? entryOf(found.data) : { owner: "", ...noMark };
    if (!this.#seen.look({ revision, storedAt: found?.storedAt ?? 0 }, clock())) return undefined;
    const again = owner === this.#owner;
    const free = again || owner === "" || clock() - this.#seen.sinceMs >= turnMs;
    if (!free) return undefined;
    this.#revision = revision;
    await this.#write({ owner: this.#owner, ...mark });
    return { mark, again };
  }

  /** @throws TurnLost when another replica has it by now, or when that is not known */
  keep(mark: StreamMark): Promise<void> {
    return this.#write({ owner: this.#owner, ...mark });
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
      if (!isWrongLastSequence(cause)) throw cause;
      this.#writtenMs = Number.NEGATIVE_INFINITY;
      throw new TurnLost(`what comes from ${peer} is perhaps sent by another replica`, { cause });
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
