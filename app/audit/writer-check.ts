import { auditKindOf } from "../contract/subjects.ts";
import type { SignedHead } from "./audit-head.ts";
import { type AuditKeyRing, keyIdOf } from "./audit-key-ring.ts";
import type { ChainLink } from "./chain-link.ts";
import { NumberList, type NumberRange } from "./number-list.ts";
import { SeenHeads } from "./seen-heads.ts";
import { SignatureRun } from "./signature-run.ts";

/** One record of a chain, as far as the check is concerned. */
export interface ChainedRecord {
  readonly link: ChainLink;
  readonly digest: string;
  readonly subject: string;
  readonly storedAt: number;
  readonly closes: boolean;
  /** Undefined when it is not signed. */
  readonly head: SignedHead | undefined;
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
  /** Missing among records that were there: somebody removed them. The first of them in `gaps`. */
  readonly missing: number;
  readonly gaps: readonly NumberRange[];
  /** Missing among the last of an open chain: they were on their way when it was killed, or still are. */
  readonly missingAtEnd: number;
  /** Records that are not what the next one was chained to, or are there twice and differ. */
  readonly altered: number;
  readonly alteredSequences: readonly NumberRange[];
  /** Records with another's signature, a key that is not in the file, or none where there must be one. */
  readonly forged: number;
  readonly forgedSequences: readonly NumberRange[];
  /** Records of another content than what others saw under the same number, signed as well. */
  readonly contradicted: number;
  readonly contradictedSequences: readonly NumberRange[];
  /** Records without a signature, of a time when there were no keys. */
  readonly unsigned: number;
  /** The same record stored again: an acknowledgement was lost. Harmless. */
  readonly duplicates: number;
  /** Stored after a later one. Harmless. */
  readonly reordered: number;
  /** Where the chain stands: a later check can be told to expect it. */
  readonly head: SignedHead | undefined;
}

/** More than any writer has on their way: a chain that claims it is judged all the same. */
const unsettledLimit = 65_536;

type Seen = Pick<ChainedRecord, "digest" | "head"> & Pick<ChainLink, "previous">;

/**
 * Checks the records of one writer as they come, in the order of storage. It holds only what was
 * not settled yet: the rest is judged as soon as a record says that it must be there.
 */
export class WriterCheck {
  readonly #first: ChainedRecord;
  readonly #keys: AuditKeyRing;
  /** Missing numbers below it count for nothing: they were stored before what is read. */
  #certainFrom: number;
  readonly #unsettled = new Map<number, Seen>();
  readonly #missing = new NumberList();
  readonly #altered = new NumberList();
  readonly #forged = new NumberList();
  readonly #seen = new SeenHeads();
  readonly #signatures: SignatureRun;
  /** Every number below is judged. */
  #judged = 0;
  /** Digest of the last judged one, when it is there. */
  #digest: string | undefined;
  #highest = 0;
  #head: SignedHead | undefined;
  #closedAt: number | undefined;
  #lastStored = 0;
  #counts = { records: 0, unsigned: 0, duplicates: 0, reordered: 0 };

  /** @param cut the chain is older than what is read of it. */
  constructor(first: ChainedRecord, { cut, keys }: { cut: boolean; keys: AuditKeyRing }) {
    this.#first = first;
    this.#keys = keys;
    this.#certainFrom = cut ? Number.POSITIVE_INFINITY : 0;
    this.#signatures = new SignatureRun({
      believes: (head) => keys.believes(head),
      forged: (sequence) => this.#forged.add(sequence),
    });
    this.add(first);
  }

  add(record: ChainedRecord): void {
    const { link, digest, storedAt, closes, head } = record;
    const { sequence, settled, previous } = link;
    this.#counts.records++;
    this.#lastStored = storedAt;
    const known = this.#unsettled.get(sequence);
    if (known?.digest === digest) {
      this.#counts.duplicates++;
      return;
    }
    if (known || sequence < this.#judged || !this.#belongs(record)) {
      this.#altered.add(sequence);
      return;
    }
    this.#unsettled.set(sequence, { digest, previous, head: this.#signed(record) });
    this.#seen.stored(sequence, digest);
    if (sequence < this.#highest) this.#counts.reordered++;
    if (sequence >= this.#highest) this.#head = head;
    this.#highest = Math.max(this.#highest, sequence);
    if (closes) this.#closedAt = sequence;
    // It was taken after the first one that is read was stored: so it is stored within what is read.
    if (settled > this.#first.link.sequence) {
      this.#certainFrom = Math.min(this.#certainFrom, sequence);
    }
    const due = Math.max(Math.min(settled, sequence), this.#highest - unsettledLimit);
    this.#judgeUpTo(due, ({ first, last }) => this.#missing.add(first, last));
  }

  /** Somebody else saw this record stored, and all before it. Must have been believed before. */
  expect(head: SignedHead): void {
    if (head.sequence < this.#first.link.sequence) return;
    this.#seen.claimed(head.sequence, head.digest);
    this.#certainFrom = Math.min(this.#certainFrom, head.sequence);
    this.#judgeUpTo(head.sequence + 1, ({ first, last }) => this.#missing.add(first, last));
  }

  /** The end of what is read. Nothing can be added afterwards. */
  report(): WriterReport {
    const { link, storedAt: firstStored } = this.#first;
    let missingAtEnd = 0;
    this.#certainFrom = Math.min(this.#certainFrom, link.sequence);
    this.#judgeUpTo(this.#highest + 1, ({ first, last }) => {
      missingAtEnd += last - first + 1;
    });
    this.#signatures.end();
    return {
      writer: link.writer,
      state: this.#closedAt === this.#highest ? "closed" : "open",
      ...this.#counts,
      missingAtEnd,
      ...{ firstSequence: link.sequence, lastSequence: this.#highest },
      ...{ firstStored, lastStored: this.#lastStored },
      ...{ missing: this.#missing.count, gaps: this.#missing.ranges },
      ...{ altered: this.#altered.count, alteredSequences: this.#altered.ranges },
      ...{ forged: this.#forged.count, forgedSequences: this.#forged.ranges },
      contradicted: this.#seen.contradicted.count,
      contradictedSequences: this.#seen.contradicted.ranges,
      head: this.#head,
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

  /** The head whose signature is still to be checked; a record that has no right one is counted. */
  #signed({ link, subject, head }: ChainedRecord): SignedHead | undefined {
    const first = this.#first.head;
    const kind = auditKindOf(subject);
    const old = link.started < (this.#keys.unsignedBefore ?? 0);
    if (!head && !first && old) {
      this.#counts.unsigned++;
      return undefined;
    }
    // One run has one key.
    const own = head && first && keyIdOf(head.signature) === keyIdOf(first.signature);
    if (own && kind && this.#keys.mayWrite(head.signature, kind)) return head;
    this.#forged.add(link.sequence);
    return undefined;
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
      this.#signatures.end();
      const first = Math.max(sequence, this.#certainFrom);
      if (first < this.#judged) missed({ first, last: this.#judged - 1 });
    }
  }

  #judge(sequence: number, { digest, previous, head }: Seen): void {
    const torn = this.#digest !== undefined && previous !== this.#digest;
    // Which of the two was changed cannot be told: the one that the link speaks of is named.
    if (torn) this.#altered.add(sequence - 1);
    else if ((previous === undefined) !== (sequence === 0)) this.#altered.add(sequence);
    if (torn) this.#signatures.end();
    if (head) this.#signatures.add(head);
    else this.#signatures.end();
    this.#unsettled.delete(sequence);
    this.#digest = digest;
  }

  #nextUnsettled(end: number): number {
    let next = end;
    for (const sequence of this.#unsettled.keys()) if (sequence < next) next = sequence;
    return next;
  }
}
