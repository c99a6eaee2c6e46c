import { type AuditRecord, unrecordedSummary } from "./audit-record.ts";

export interface OutboxOptions {
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
 */
export class AuditOutbox {
  readonly #options: OutboxOptions;
  /** In the order of arrival: the first is the oldest. */
  readonly #held = new Map<string, Held>();
  readonly #waiting: AuditRecord[] = [];
  readonly #abort = new AbortController();
  #inFlight = 0;
  #unrecorded = { count: 0, sinceMs: 0 };

  constructor(options: OutboxOptions) {
    this.#options = options;
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
    if (this.#held.size >= limit) return `${this.#held.size} audit records wait to be stored`;
    const age = this.oldestAgeMs;
    return age > oldestMs ? `an audit record waits for ${Math.round(age)} ms` : undefined;
  }

  /** False when it cannot be taken: then the decision must be a refusal, told to `noteUnrecorded`. */
  offer(record: AuditRecord): boolean {
    if (this.blocked !== undefined) return false;
    this.#take(record);
    return true;
  }

  /** Counts a refusal that could not be recorded. */
  noteUnrecorded(): void {
    if (this.#unrecorded.count === 0) this.#unrecorded.sinceMs = this.#options.clock();
    this.#unrecorded.count++;
  }

  /**
   * Waits until all is stored, or the time is over.
   *
   * @returns what is not stored, for the log.
   */
  async drain(limitMs: number): Promise<readonly AuditRecord[]> {
    if (this.#unrecorded.count > 0) this.#summarize();
    const deadline = performance.now() + limitMs;
    const over = () => performance.now() >= deadline || this.#held.size === 0;
    while (!over()) await new Promise((resolve) => setTimeout(resolve, 10));
    const left = [...this.#held.values()].map((held) => held.record);
    this.#abort.abort(new Error("the outbox is closed"));
    return left;
  }

  #take(record: AuditRecord): void {
    this.#held.set(record.id, { record, at: this.#options.clock() });
    this.#waiting.push(record);
    this.#fill();
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
    this.#inFlight--;
    this.#fill();
    if (this.#unrecorded.count > 0 && this.blocked === undefined) this.#summarize();
  }

  #summarize(): void {
    const gap = { ...this.#unrecorded, untilMs: this.#options.clock() };
    this.#unrecorded = { count: 0, sinceMs: 0 };
    this.#take(unrecordedSummary(gap));
  }
}
