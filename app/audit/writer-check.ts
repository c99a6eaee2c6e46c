import { auditKindOf } from "../contract/subjects.ts";
import type { ChainLink } from "./chain-link.ts";

/** One record of a chain, as far as the check is concerned. */
export interface ChainedRecord {
  readonly link: ChainLink;
  readonly digest: string;
  readonly subject: string;
  readonly storedAt: number;
  readonly closes: boolean;
}

/** Sequence numbers, both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export interface WriterReport {
  readonly writer: string;
  readonly records: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstStored: number;
  readonly lastStored: number;
  /** `open`: it runs, or was killed, or goes on outside the range. */
  readonly state: "closed" | "open";
  /** Missing among records that are there: somebody removed them. The first of them in `gaps`. */
  readonly missing: number;
  readonly gaps: readonly NumberRange[];
  /** Missing among the last of an open chain: they were on their way when it was killed, or still are. */
  readonly missingAtEnd: number;
  /** Records that are not what the next one was chained to, or are there twice and differ. */
  readonly altered: number;
  readonly alteredSequences: readonly number[];
  /** The same record stored again: an acknowledgement was lost. Harmless. */
  readonly duplicates: number;
  /** Stored after a later one. Harmless. */
  readonly reordered: number;
}

/** How many examples of what is wrong a report names. */
const exampleLimit = 20;

/** More than any writer has on their way: a chain that claims it is judged all the same. */
const unsettledLimit = 65_536;

type Seen = Pick<ChainedRecord, "digest"> & Pick<ChainLink, "previous">;

/**
 * Checks the records of one writer as they come, in the order of storage. It holds only what was
 * not settled yet: the rest is judged as soon as a record says that it must be there.
 */
export class WriterCheck {
  readonly #first: ChainedRecord;
  /** Missing numbers below it count for nothing: they were stored before what is read. */
  #certainFrom: number;
  readonly #unsettled = new Map<number, Seen>();
  readonly #gaps: NumberRange[] = [];
  readonly #alteredSequences: number[] = [];
  /** Every number below is judged. */
  #judged = 0;
  /** Digest of the last judged one, when it is there. */
  #digest: string | undefined;
  #highest = 0;
  #closedAt: number | undefined;
  #lastStored = 0;
  #counts = { records: 0, missing: 0, altered: 0, duplicates: 0, reordered: 0 };

  /** @param cut the chain is older than what is read of it. */
  constructor(first: ChainedRecord, cut: boolean) {
    this.#first = first;
    this.#certainFrom = cut ? Number.POSITIVE_INFINITY : 0;
    this.add(first);
  }

  add(record: ChainedRecord): void {
    const { link, digest, storedAt, closes } = record;
    const { sequence, settled, previous } = link;
    this.#counts.records++;
    this.#lastStored = storedAt;
    const known = this.#unsettled.get(sequence);
    if (known?.digest === digest) {
      this.#counts.duplicates++;
      return;
    }
    if (known || sequence < this.#judged || !this.#belongs(record)) {
      this.#alter(sequence);
      return;
    }
    this.#unsettled.set(sequence, { digest, previous });
    if (sequence < this.#highest) this.#counts.reordered++;
    this.#highest = Math.max(this.#highest, sequence);
    if (closes) this.#closedAt = sequence;
    // It was taken after the first one that is read was stored: so it is stored within what is read.
    if (settled > this.#first.link.sequence) {
      this.#certainFrom = Math.min(this.#certainFrom, sequence);
    }
    const due = Math.max(Math.min(settled, sequence), this.#highest - unsettledLimit);
    this.#judgeUpTo(due, (range) => this.#miss(range));
  }

  /** The end of what is read. Nothing can be added afterwards. */
  report(): WriterReport {
    const { link, storedAt: firstStored } = this.#first;
    let missingAtEnd = 0;
    this.#certainFrom = Math.min(this.#certainFrom, link.sequence);
    this.#judgeUpTo(this.#highest + 1, ({ first, last }) => {
      missingAtEnd += last - first + 1;
    });
    return {
      writer: link.writer,
      state: this.#closedAt === this.#highest ? "closed" : "open",
      ...this.#counts,
      missingAtEnd,
      firstSequence: link.sequence,
      lastSequence: this.#highest,
      firstStored,
      lastStored: this.#lastStored,
      gaps: this.#gaps,
      alteredSequences: this.#alteredSequences,
    };
  }

  /**
   * A writer has one beginning, one kind of records, which its NATS user alone may write, and
   * nothing after its end.
   */
  #belongs({ link, subject }: ChainedRecord): boolean {
    const kind = auditKindOf(subject);
    return (
      link.started === this.#first.link.started &&
      kind !== undefined &&
      kind === auditKindOf(this.#first.subject) &&
      link.sequence < (this.#closedAt ?? Number.POSITIVE_INFINITY)
    );
  }

  /** Judges every number below `end`: is it there, and chained to the one before? */
  #judgeUpTo(end: number, missed: (range: NumberRange) => void): void {
    while (this.#judged < end) {
      const sequence = this.#judged;
      const seen = this.#unsettled.get(sequence);
      if (seen) {
        this.#judge(sequence, seen);
        this.#judged++;
        continue;
      }
      this.#judged = this.#nextUnsettled(end);
      this.#digest = undefined;
      const first = Math.max(sequence, this.#certainFrom);
      if (first < this.#judged) missed({ first, last: this.#judged - 1 });
    }
  }

  #judge(sequence: number, { digest, previous }: Seen): void {
    const torn = this.#digest !== undefined && previous !== this.#digest;
    // Which of the two was changed cannot be told: the one that the link speaks of is named.
    if (torn) this.#alter(sequence - 1);
    else if ((previous === undefined) !== (sequence === 0)) this.#alter(sequence);
    this.#unsettled.delete(sequence);
    this.#digest = digest;
  }

  #nextUnsettled(end: number): number {
    let next = end;
    for (const sequence of this.#unsettled.keys()) if (sequence < next) next = sequence;
    return next;
  }

  #miss(range: NumberRange): void {
    this.#counts.missing += range.last - range.first + 1;
    const before = this.#gaps.at(-1);
    if (before?.last === range.first - 1) {
      this.#gaps.splice(-1, 1, { first: before.first, last: range.last });
    } else if (this.#gaps.length < exampleLimit) this.#gaps.push(range);
  }

  #alter(sequence: number): void {
    this.#counts.altered++;
    if (this.#alteredSequences.length < exampleLimit) this.#alteredSequences.push(sequence);
  }
}
