import { streamNameOf } from "../audit/archive/archive-name.ts";
import { type StoredRecord, storedRecord } from "../audit/stored-record.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch } from "../shared/stored-messages.ts";

const stream = "AUDIT";
/** Bodies of one object together, about: records are read a batch at a time. */
const bytesLimit = 16 * 1024 * 1024;
const batchLimit = 1_000;

/** Where AUDIT stands, by its leader's word. */
export interface StreamState {
  /** See `streamNameOf`. */
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

/** AUDIT as it is read for the archive. */
export class AuditStream {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async state(): Promise<StreamState> {
    const { streams } = await jetstreamManager(this.#connection, { checkAPI: false });
    const { created, state } = await streams.info(stream);
    return { name: streamNameOf(created), first: state.first_seq, last: state.last_seq };
  }

  /**
   * Records one after the other without a gap: those from `from` on, or from the first later one that
   * the copy has which answers. None when it has no further one: it may lag behind the leader.
   */
  async run(from: number, most: number): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = [];
    let bytes = 0;
    while (records.length < most && bytes < bytesLimit) {
      const next = (records.at(-1)?.sequence ?? from - 1) + 1;
      const limit = Math.min(batchLimit, most - records.length);
      const batch = await readBatch(this.#connection, stream, { from: { sequence: next }, limit });
      for (const message of batch) {
        const expected =
          records.length === 0 ? message.sequence : (records.at(-1)?.sequence ?? 0) + 1;
        if (message.sequence !== expected) return records;
        records.push(storedRecord(message));
        bytes += message.data.length;
      }
      if (!hasMore(batch)) return records;
    }
    return records;
  }
}
