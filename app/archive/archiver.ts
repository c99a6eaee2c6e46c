import type { ArchiveHead } from "../audit/archive/archive-head.ts";
import {
  ArchiveObjectInvalid,
  archiveObject,
  openObject,
} from "../audit/archive/archive-object.ts";
import { newestName } from "../audit/archive/newest-object.ts";
import type { S3Archive } from "../audit/archive/s3-archive.ts";
import type { AuditKeyRing } from "../audit/audit-key-ring.ts";
import type { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import { type StoredRecord, sameRecord } from "../audit/stored-record.ts";
import type { Logger } from "../shared/log.ts";
import type { ArchiveMetrics, Contradiction, Failure } from "./archive-metrics.ts";
import type { AuditStream, StreamState } from "./audit-stream.ts";

export interface ArchiverOptions {
  readonly region: string;
  readonly stream: Pick<AuditStream, "state" | "run">;
  readonly archive: Pick<S3Archive, "add" | "read" | "folders" | "firstName">;
  readonly keys: Pick<RenewedAuditKeys, "signer" | "ring">;
  readonly metrics: ArchiveMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long a record waits for others that go with it. */
  readonly waitMs: number;
  /** Records of one object at most. */
  readonly most: number;
  /** How long records that no copy gives are waited for. */
  readonly gapMs: number;
}

/** How far the archive is, by what is stored in it. */
interface Position {
  /** Undefined as long as the archive is empty. */
  readonly stream: string | undefined;
  readonly last: number;
  /** Of the newest object, and its last record. */
  readonly digest: string | undefined;
  readonly newest: StoredRecord | undefined;
}

/** AUDIT and the archive do not fit together. A person has to look; nothing is archived meanwhile. */
export class Contradicted extends Error {
  override readonly name = "Contradicted";
  readonly kind: Contradiction;

  constructor(kind: Contradiction, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Copies AUDIT into the archive, object by object. What is stored in the archive says where to go
 * on, and nothing else does: whenever it is not certain what became of an object, the archive is
 * asked anew. An object's name is known from its first record, and none is written twice, so that
 * two that archive at once cannot store anything twice.
 */
export class Archiver {
  readonly #options: ArchiverOptions;
  #position: Position | undefined;
  #started = false;
  /** Since when the next records cannot be had, and when the stream was first seen to end before. */
  #missingSince: number | undefined;
  #endsBeforeSince: number | undefined;

  constructor(options: ArchiverOptions) {
    this.#options = options;
  }

  /** Whether the archive was reached, and has said where to go on. */
  get started(): boolean {
    return this.#started;
  }

  /**
   * Archives what is due: one object at most.
   *
   * @returns whether there may be more that is due.
   */
  async step(): Promise<boolean> {
    const position = await this.#at("store", () => this.#resume());
    const state = await this.#at("read", () => this.#options.stream.state());
    const from = this.#nextOf(position, state);
    if (from > state.last) {
      this.#options.metrics.waiting(undefined);
      return false;
    }
    const full = state.last - from + 1 >= this.#options.most;
    const first = await this.#next(position, from, state);
    if (!first || !(full || this.#waitedLongEnough(first))) return false;
    const found = await this.#run(first.sequence, this.#options.most);
    if (found.length === 0) return false;
    await this.#at("store", () => this.#store(found, state.name, position.digest));
    return true;
  }

  /** The record that is to be archived next; undefined as long as it cannot be had. */
  async #next(position: Position, from: number, state: StreamState) {
    const first = await this.#following(position, from, state);
    // The copy that answered may lag behind.
    if (!first) return undefined;
    if (first.sequence !== from && !this.#mayLeaveOut(from, first, state)) return undefined;
    this.#missingSince = undefined;
    this.#options.metrics.waiting(first.storedAt);
    return first;
  }

  /** The first record that is not archived, when the one before it is still what was archived. */
  async #following({ newest, stream }: Position, from: number, state: StreamState) {
    if (!newest || stream !== state.name) return (await this.#run(from, 1))[0];
    const [before, after] = await this.#run(newest.sequence, 2);
    if (before?.sequence !== newest.sequence) return before;
    if (sameRecord(before, newest)) return after;
    const text = `record ${newest.sequence} of AUDIT is not what was archived`;
    throw this.#contradicted("stream-differs", text);
  }

  #run(from: number, most: number) {
    return this.#at("read", () => this.#options.stream.run(from, most));
  }

  #waitedLongEnough({ storedAt }: StoredRecord): boolean {
    const { clock, waitMs } = this.#options;
    return clock() - storedAt >= waitMs;
  }

  async #at<T>(at: Failure, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof Contradicted)) this.#options.metrics.failures.inc({ at });
      // What became of it is not known.
      this.#position = undefined;
      throw error;
    }
  }

  async #resume(): Promise<Position> {
    if (this.#position) return this.#position;
    const { archive, region, keys, metrics, log } = this.#options;
    const name = await newestName(archive, region);
    if (name === undefined) {
      this.#position = { stream: undefined, last: 0, digest: undefined, newest: undefined };
    } else {
      const { head, digest, records } = this.#opened(name, await archive.read(name), keys.ring);
      const newest = records.at(-1);
      this.#position = { stream: head.stream, last: head.last, digest, newest };
      metrics.lastRecord.set((newest?.storedAt ?? 0) / 1_000);
    }
    this.#started = true;
    log.info({ newest: name, last: this.#position.last }, "the archive goes on");
    return this.#position;
  }

  #opened(name: string, body: Uint8Array, keys: AuditKeyRing) {
    try {
      return openObject(name, body, keys);
    } catch (error) {
      if (!(error instanceof ArchiveObjectInvalid)) throw error;
      throw this.#contradicted("archive-not-ours", `${name} is ${error.code}: ${error.message}`);
    }
  }

  /** The sequence that is next. @throws Contradicted */
  #nextOf({ stream, last }: Position, state: StreamState): number {
    const { clock, log } = this.#options;
    if (stream !== undefined && stream !== state.name) {
      const text = `AUDIT was made anew (${state.name}): the archive of ${stream} ends with ${last}`;
      log.error(this.#contradicted("stream-made-anew", text).message);
      return 1;
    }
    if (state.last >= last) {
      this.#endsBeforeSince = undefined;
      return last + 1;
    }
    // A new leader may need a moment until it has applied everything that it has.
    this.#endsBeforeSince ??= clock();
    const text = `AUDIT ends with ${state.last}, and record ${last} is archived`;
    if (clock() - this.#endsBeforeSince < leaderMs) throw new Error(text);
    throw this.#contradicted("stream-ends-before", text);
  }

  /** Records that are next cannot be had: whether to go on with the first later one. */
  #mayLeaveOut(from: number, first: StoredRecord, state: StreamState): boolean {
    const { clock, gapMs, log, metrics } = this.#options;
    const until = first.sequence - 1;
    // Taken by age, by the leader's word: they will not come back.
    if (state.first <= from) {
      this.#missingSince ??= clock();
      const patient = clock() - this.#missingSince < gapMs;
      // Any copy answers: one that is damaged, or behind, lacks what others have.
      if (patient && clock() - this.#missingSince < copyMs) return false;
      metrics.waiting(this.#missingSince);
      if (patient) {
        this.#contradicted("records-missing", "");
        return false;
      }
    }
    const text = `records ${from} to ${until} of AUDIT are not archived: no copy has them`;
    log.error(this.#contradicted("records-missing", text).message);
    return true;
  }

  async #store(found: readonly StoredRecord[], stream: string, previous: ArchiveHead["previous"]) {
    const { region, archive, metrics, log } = this.#options;
    const { signer } = this.#options.keys;
    const { name, body, head, digest } = archiveObject(found, { region, stream, previous, signer });
    if (!(await archive.add(name, body))) {
      // Another has stored it, or an earlier attempt of ours whose answer was lost.
      log.warn({ name }, "the archive has this object already");
      this.#position = undefined;
      return;
    }
    const newest = found.at(-1);
    this.#position = { stream, last: head.last, digest, newest };
    metrics.objects.inc();
    metrics.records.inc(head.records);
    metrics.bytes.inc(body.length);
    metrics.lastRecord.set((newest?.storedAt ?? 0) / 1_000);
    log.debug({ name, records: head.records, bytes: body.length }, "archived");
  }

  #contradicted(kind: Contradiction, text: string): Contradicted {
    this.#options.metrics.contradictions.inc({ kind });
    return new Contradicted(kind, text);
  }
}

/** So long a new leader may seem to end before what it has. */
const leaderMs = 30_000;
/** So long a copy may lack what others have. */
const copyMs = 10_000;
