import { type StoredRecord, sameRecord } from "../stored-record.ts";

/** How AUDIT as it is now differs from its archive. */
export interface LiveReport {
  /** Records that both have, the same. */
  readonly same: number;
  /** Archived records that AUDIT should still have and has not. The first and last of them. */
  readonly missing: number;
  readonly missingFirst: number | undefined;
  readonly missingLast: number | undefined;
  /** Records of which both have another content, or another signature. */
  readonly different: number;
  readonly differentFirst: number | undefined;
  /** Records that AUDIT has and the archive passed over. */
  readonly notArchived: number;
  /** True when AUDIT is not the stream that was archived last. */
  readonly madeAnew: boolean;
}

export interface LiveStream {
  /** See `streamNameOf`. */
  readonly name: string;
  /** What it holds, in order. */
  readonly records: AsyncIterator<StoredRecord>;
  /** Records that were stored before this moment may have been taken by age, in milliseconds since 1970. */
  readonly agedBefore: number;
}

/** Goes through AUDIT beside its archive: what was cut off or taken out of the stream is in the archive. */
export class LiveComparison {
  readonly #live: LiveStream;
  #next: StoredRecord | undefined;
  #counts = { same: 0, missing: 0, different: 0, notArchived: 0 };
  #missingFirst: number | undefined;
  #missingLast: number | undefined;
  #differentFirst: number | undefined;
  #madeAnew = false;
  /** Whether the archive has begun with what AUDIT still holds: what is passed over from there on counts. */
  #begun = false;

  constructor(live: LiveStream) {
    this.#live = live;
  }

  /** The next record of the archive, which belongs to this stream. */
  async add(record: StoredRecord, stream: string): Promise<void> {
    const { name, agedBefore } = this.#live;
    this.#madeAnew = stream !== name;
    if (this.#madeAnew) {
      if (record.storedAt >= agedBefore) this.#missed(record);
      return;
    }
    let live = await this.#peek();
    while (live && live.sequence < record.sequence) {
      if (this.#begun) this.#counts.notArchived++;
      live = await this.#advance();
    }
    if (live?.sequence === record.sequence) {
      this.#begun = true;
      if (sameRecord(live, record)) this.#counts.same++;
      else this.#differs(record);
      await this.#advance();
    } else if (this.#begun || live === undefined || record.storedAt >= agedBefore) {
      this.#missed(record);
    }
  }

  /** What AUDIT has beyond the archive. */
  async *rest(): AsyncGenerator<StoredRecord> {
    for (let live = await this.#peek(); live; live = await this.#advance()) yield live;
  }

  report(): LiveReport {
    return {
      ...this.#counts,
      ...{ missingFirst: this.#missingFirst, missingLast: this.#missingLast },
      ...{ differentFirst: this.#differentFirst, madeAnew: this.#madeAnew },
    };
  }

  #missed({ sequence }: StoredRecord): void {
    this.#counts.missing++;
    this.#missingFirst ??= sequence;
    this.#missingLast = sequence;
  }

  #differs({ sequence }: StoredRecord): void {
    this.#counts.different++;
    this.#differentFirst ??= sequence;
  }

  async #peek(): Promise<StoredRecord | undefined> {
    return this.#next ?? this.#advance();
  }

  async #advance(): Promise<StoredRecord | undefined> {
    const { value, done } = await this.#live.records.next();
    this.#next = done ? undefined : value;
    return this.#next;
  }
}
