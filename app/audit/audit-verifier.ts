import { closesChain } from "./audit-chain.ts";
import { type ChainLink, linkOf, recordDigest } from "./chain-link.ts";
import { eventIn, type StoredRecord } from "./stored-record.ts";
import { WriterCheck, type WriterReport } from "./writer-check.ts";

export interface AuditReport {
  readonly intact: boolean;
  readonly records: number;
  /** Sequence numbers of the stream that are missing, or not in their order. */
  readonly holes: number;
  /** Records that belong to no chain: no writer of ours wrote them, or not so. */
  readonly unchained: number;
  readonly writers: readonly WriterReport[];
}

/** How far a writer's clock may be from the server's. */
const clockToleranceMs = 60_000;

/**
 * Checks AUDIT, or an export of it, record by record in the order of storage. What it holds grows
 * with the number of writers, not of records.
 *
 * Retention and a range take records from the beginning only. So nothing may be missing before the
 * first record that is read when that is the stream's very first, and of a chain that began later
 * than that record was stored.
 */
export class AuditVerifier {
  readonly #writers = new Map<string, WriterCheck>();
  /** Of the first record, when there were others before it. */
  #cutAt: number | undefined;
  #sequence: number | undefined;
  #records = 0;
  #holes = 0;
  #unchained = 0;

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
    const chained = { link, digest: recordDigest(subject, body), subject, storedAt, closes };
    const check = this.#writers.get(link.writer);
    if (check) check.add(chained);
    else this.#writers.set(link.writer, new WriterCheck(chained, this.#isCut(link)));
  }

  report(): AuditReport {
    const writers = [...this.#writers.values()].map((check) => check.report());
    const broken = writers.some(({ missing, altered }) => missing > 0 || altered > 0);
    const [holes, unchained] = [this.#holes, this.#unchained];
    const intact = !broken && holes === 0 && unchained === 0;
    return { intact, records: this.#records, holes, unchained, writers };
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
