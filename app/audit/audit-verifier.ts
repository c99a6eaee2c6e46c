import { closesChain } from "./audit-chain.ts";
import { headsIn, type SignedHead } from "./audit-head.ts";
import type { AuditKeyRing } from "./audit-key-ring.ts";
import { type ChainLink, linkOf, recordDigest, timeOf } from "./chain-link.ts";
import { eventIn, type StoredRecord } from "./stored-record.ts";
import { WriterCheck, type WriterReport } from "./writer-check.ts";

export interface AuditReport {
  readonly intact: boolean;
  readonly records: number;
  /** Sequence numbers of the stream that are missing, or not in their order. */
  readonly holes: number;
  /** Records that belong to no chain: no writer of ours wrote them, or not so. */
  readonly unchained: number;
  /** Heads that no writer of the region has signed. */
  readonly unbelieved: number;
  /** Writers that others saw, and of which nothing is left: where they were seen last. */
  readonly vanished: readonly SignedHead[];
  readonly writers: readonly WriterReport[];
}

/** How far a writer's clock may be from the server's. */
const clockToleranceMs = 60_000;

/** The head of a stored record; undefined when it has no place in a chain, or no signature. */
export function headOf(record: StoredRecord): SignedHead | undefined {
  const event = eventIn(record.body);
  const link = linkOf(event);
  return link && headFrom(record, link, event);
}

function headFrom({ subject, body, signature }: StoredRecord, link: ChainLink, event: unknown) {
  if (signature === undefined) return undefined;
  const { writer, sequence } = link;
  return { writer, sequence, time: timeOf(event), digest: recordDigest(subject, body), signature };
}

/**
 * Checks AUDIT, or an export of it, record by record in the order of storage. What it holds grows
 * with the number of writers, not of records.
 *
 * Retention and a range take records from the beginning only. So nothing may be missing before the
 * first record that is read when that is the stream's very first, and of a chain that began later
 * than that record was stored.
 */
export class AuditVerifier {
  readonly #keys: AuditKeyRing;
  readonly #writers = new Map<string, WriterCheck>();
  /** Heads of writers of which nothing was read so far, the highest of each. */
  readonly #awaited = new Map<string, SignedHead>();
  readonly #anchors: SignedHead[] = [];
  /** Of the first record, when there were others before it. */
  #cutAt: number | undefined;
  #sequence: number | undefined;
  #records = 0;
  #holes = 0;
  #unchained = 0;
  #unbelieved = 0;

  constructor(keys: AuditKeyRing) {
    this.#keys = keys;
  }

  /** @param record undefined for what could not be read as one. */
  add(record: StoredRecord | undefined): void {
    this.#records++;
    if (record) this.#place(record);
    const event = record && eventIn(record.body);
    const link = linkOf(event);
    if (!record || !link) {
      this.#unchained++;
      return;
    }
    const { subject, storedAt, body } = record;
    const closes = closesChain(subject, event);
    const head = headFrom(record, link, event);
    const digest = head?.digest ?? recordDigest(subject, body);
    const chained = { link, digest, subject, storedAt, closes, head };
    const check = this.#writers.get(link.writer);
    if (check) check.add(chained);
    else this.#begin(chained);
    for (const seen of headsIn(event)) this.#expect(seen);
  }

  /** What was there when it was looked before: must be there still, as far as it is not too old. */
  anchor(head: SignedHead): void {
    this.#anchors.push(head);
  }

  report(): AuditReport {
    for (const head of this.#anchors.splice(0)) this.#expect(head);
    const writers = [...this.#writers.values()].map((check) => check.report());
    const vanished = [...this.#awaited.values()];
    const broken = writers.some(
      ({ missing, altered, forged, contradicted }) => missing + altered + forged + contradicted > 0,
    );
    const faults = this.#holes + this.#unchained + this.#unbelieved + vanished.length;
    return {
      intact: !broken && faults === 0,
      records: this.#records,
      ...{ holes: this.#holes, unchained: this.#unchained, unbelieved: this.#unbelieved },
      ...{ vanished, writers },
    };
  }

  #begin(first: ConstructorParameters<typeof WriterCheck>[0]): void {
    const { writer } = first.link;
    const check = new WriterCheck(first, { cut: this.#isCut(first.link), keys: this.#keys });
    this.#writers.set(writer, check);
    // It was seen before it was stored: the order of the records is not theirs.
    const awaited = this.#awaited.get(writer);
    this.#awaited.delete(writer);
    if (awaited) check.expect(awaited);
  }

  #expect(head: SignedHead): void {
    if (!this.#keys.believes(head)) {
      this.#unbelieved++;
      return;
    }
    // It may have been stored before the first record that is read.
    if (this.#cutAt !== undefined && head.time <= this.#cutAt + clockToleranceMs) return;
    const check = this.#writers.get(head.writer);
    const before = this.#awaited.get(head.writer)?.sequence ?? -1;
    if (check) check.expect(head);
    else if (head.sequence > before) this.#awaited.set(head.writer, head);
  }

  #place({ sequence, storedAt }: StoredRecord): void {
    if (this.#sequence === undefined) this.#cutAt = sequence > 1 ? storedAt : undefined;
    else this.#holes += Math.abs(sequence - this.#sequence - 1);
    this.#sequence = sequence;
  }

  #isCut({ started }: ChainLink): boolean {
    return this.#cutAt !== undefined && started <= this.#cutAt + clockToleranceMs;
  }
}
