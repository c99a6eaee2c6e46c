import type { AuditChain } from "./audit-chain.ts";
import type { SignedHead } from "./audit-head.ts";
import type { AuditDraft, AuditRecord } from "./audit-record.ts";
import { unrecordedSummary } from "./authentication-event.ts";

export interface OutboxOptions {
  /** Gives each record its place at the moment when it is taken; until `renew` gives another. */
  readonly chain: AuditChain;
  /** Resolves when the record is stored; tries as long as it takes, or until the signal. */
  readonly store: (record: AuditRecord, signal: AbortSignal) => Promise<void>;
  /** Records held at most, those on their way included. */
  readonly limit: number;
  /** Age of the oldest record at which nobody new is admitted. */
  readonly oldestMs: number;
  /** Records on their way at the same time. */
  readonly inFlight: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

interface Held {
  readonly record: AuditRecord;
  readonly at: number;
}

/**
 * Audit records between decision and stream. The answer to a device does not wait for JetStream,
 * but there is an end to that: with too many records, or one that is too old, `blocked` says so,
 * and it lasts until the stream takes them again. Refusals of that time are recorded as one count.
 *
 * Records are linked when they are taken and sent side by side, so they may be stored in another
 * order than that of the chain.
 */
export class AuditOutbox {
  readonly #options: OutboxOptions;
  /** In the order of arrival: the first is the oldest. */
  readonly #held = new Map<string, Held>();
  readonly #waiting: AuditRecord[] = [];
  readonly #abort = new AbortController();
  #chain: AuditChain;
  /** Former ones, of which something is still on its way. */
  readonly #ending = new Set<AuditChain>();
  readonly #closings = new Set<string>();
  #endedHeads: SignedHead[] = [];
  #begun = false;
  #ended = false;
  #inFlight = 0;
  #unrecorded = { count: 0, sinceMs: 0 };
  #last: AuditRecord | undefined;
  /** Becomes the settled one as soon as it and all before it are stored. */
  #candidate: AuditRecord | undefined;
  #settled: AuditRecord | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#chain = options.chain;
  }

  get size(): number {
    return this.#held.size;
  }

  get oldestAgeMs(): number {
    const [oldest] = this.#held.values();
    return oldest ? this.#options.clock() - oldest.at : 0;
  }

  /** Undefined while records can be taken, otherwise why not. */
  get blocked(): string | undefined {
    const { limit, oldestMs } = this.#options;
    if (this.#ended) return "the audit of this process has ended";
    if (this.#held.size >= limit) return `${this.#held.size} audit records wait to be stored`;
    const age = this.oldestAgeMs;
    return age > oldestMs ? `an audit record waits for ${Math.round(age)} ms` : undefined;
  }

  /** Records that this writer begins. Must come before the first record; again, it does nothing. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.take(this.#chain.opening());
  }

  /** Goes on with another chain, which has another key. The former one is closed when it is stored. */
  renew(chain: AuditChain): void {
    const former = this.#chain;
    this.#chain = chain;
    if (!this.#begun || this.#ended) return;
    this.#candidate = undefined;
    this.#settled = undefined;
    this.take(chain.opening());
    this.#ending.add(former);
    this.#closeEnding();
  }

  /** The ends of former chains that are stored, once each. */
  takeEndedHeads(): readonly SignedHead[] {
    const heads = this.#endedHeads;
    this.#endedHeads = [];
    return heads;
  }

  /** False when it cannot be taken: then the decision must be a refusal, told to `noteUnrecorded`. */
  offer(draft: AuditDraft): boolean {
    if (this.blocked !== undefined) return false;
    this.take(draft);
    return true;
  }

  /** Takes it whatever waits already: for what has happened and cannot be refused any more. */
  take(draft: AuditDraft): void {
    const record = this.#chain.link(draft, this.#oldestOf(this.#chain));
    this.#last = record;
    this.#hold(record);
  }

  #hold(record: AuditRecord): void {
    this.#held.set(record.id, { record, at: this.#options.clock() });
    this.#waiting.push(record);
    this.#fill();
  }

  #oldestOf(chain: AuditChain): AuditRecord | undefined {
    for (const { record } of this.#held.values()) {
      if (record.head.writer === chain.writer) return record;
    }
    return undefined;
  }

  /** Closes former chains in which nothing is missing any more. */
  #closeEnding(): void {
    for (const chain of this.#ending) {
      if (this.#oldestOf(chain)) continue;
      this.#ending.delete(chain);
      const closing = chain.link(chain.closing(), undefined);
      this.#closings.add(closing.id);
      this.#hold(closing);
    }
  }

  /**
   * A record below which nothing is on its way any more, and which is stored itself. It follows the
   * end of the chain from one call to the next; with nothing on its way it is the end.
   */
  settledHead(): SignedHead | undefined {
    const oldest = this.#oldestOf(this.#chain);
    const open = oldest?.sequence ?? Number.POSITIVE_INFINITY;
    if (this.#candidate && this.#candidate.sequence < open) this.#settled = this.#candidate;
    if (this.#settled === this.#candidate) this.#candidate = this.#last;
    if (oldest === undefined) this.#settled = this.#last;
    return this.#settled?.head;
  }

  /** Records the heads of others. False when that is not possible now: a chain must have begun. */
  tellHeads(heads: readonly SignedHead[]): boolean {
    return this.#begun && this.offer(this.#chain.heads(heads));
  }

  /** Counts a refusal that could not be recorded. */
  noteUnrecorded(): void {
    if (this.#unrecorded.count === 0) this.#unrecorded.sinceMs = this.#options.clock();
    this.#unrecorded.count++;
  }

  /** True as soon as that record is stored, false when the time is over before. */
  async stored(id: string, limitMs: number): Promise<boolean> {
    await waitUntil(() => !this.#held.has(id), limitMs);
    return !this.#held.has(id);
  }

  /**
   * Waits until all is stored, or the time is over. A chain that was begun is closed only when
   * nothing is missing in it.
   *
   * @returns what is not stored, for the log.
   */
  async drain(limitMs: number): Promise<readonly AuditRecord[]> {
    const deadline = performance.now() + limitMs;
    const settle = () => waitUntil(() => this.#held.size === 0, deadline - performance.now());
    if (this.#unrecorded.count > 0) this.#summarize();
    await settle();
    this.#ended = true;
    if (this.#begun && this.#held.size === 0) {
      this.take(this.#chain.closing());
      await settle();
    }
    const left = [...this.#held.values()].map((held) => held.record);
    this.#abort.abort(new Error("the outbox is closed"));
    return left;
  }

  #fill(): void {
    while (this.#inFlight < this.#options.inFlight) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight++;
      void this.#store(next);
    }
  }

  async #store(record: AuditRecord): Promise<void> {
    try {
      await this.#options.store(record, this.#abort.signal);
    } catch {
      // Only the end of the outbox ends a store: `drain` has returned what is left.
      return;
    }
    this.#held.delete(record.id);
    if (this.#closings.delete(record.id)) this.#endedHeads.push(record.head);
    this.#inFlight--;
    this.#closeEnding();
    this.#fill();
    if (this.#unrecorded.count > 0 && this.blocked === undefined) this.#summarize();
  }

  #summarize(): void {
    const gap = { ...this.#unrecorded, untilMs: this.#options.clock() };
    this.#unrecorded = { count: 0, sinceMs: 0 };
    this.take(unrecordedSummary(gap));
  }
}

async function waitUntil(condition: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!condition() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
