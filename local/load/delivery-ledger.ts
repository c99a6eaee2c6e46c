interface Line {
  /** All sequences up to this one came. */
  complete: number;
  highest: number;
  /** Those that came beyond `complete`. */
  readonly ahead: Set<number>;
}

/** What was sent to a client: the sequences 1 to `last`, and which of them nobody acknowledged. */
export type SentLine = readonly [client: string, last: number, unacknowledged: readonly number[]];

const lineName = (client: string, run = "") => `${client} ${run}`;

const countUpTo = ({ complete, ahead }: Line, last: number) =>
  Math.min(complete, last) + [...ahead].filter((sequence) => sequence <= last).length;

export interface DeliveryCounts {
  readonly delivered: number;
  readonly duplicated: number;
  /** Came after a later one of the same client. */
  readonly outOfOrder: number;
  /** Addressed to another device, or on another topic. */
  readonly misdelivered: number;
}

/** Keeps book of what reached each client, by the per-client sequence that alerts carry. */
export class DeliveryLedger {
  readonly #lines = new Map<string, Line>();
  #delivered = 0;
  #duplicated = 0;
  #outOfOrder = 0;
  #misdelivered = 0;

  /** One alert that arrived at `client`. Each run of a publisher counts by itself. */
  receive(
    client: string,
    alert: { client: string; sequence: number; run?: string } | undefined,
  ): void {
    if (alert?.client !== client) {
      this.#misdelivered++;
      return;
    }
    const { sequence, run } = alert;
    const line = this.#lineOf(lineName(client, run));
    if (sequence <= line.complete || line.ahead.has(sequence)) {
      this.#duplicated++;
      return;
    }
    this.#delivered++;
    if (sequence < line.highest) this.#outOfOrder++;
    line.highest = Math.max(line.highest, sequence);
    line.ahead.add(sequence);
    while (line.ahead.delete(line.complete + 1)) line.complete++;
  }

  /**
   * How many of the alerts that were promised did not come. Those that were never acknowledged count
   * neither way, whether they came or not: so none of them can stand for one that was lost.
   */
  missing(sent: readonly SentLine[], run?: string): number {
    let missing = 0;
    for (const [client, last, unacknowledged] of sent) {
      const line = this.#lines.get(lineName(client, run));
      const came = (sequence: number) =>
        line !== undefined && (sequence <= line.complete || line.ahead.has(sequence));
      const absent = last - (line ? countUpTo(line, last) : 0);
      missing += absent - unacknowledged.filter((sequence) => !came(sequence)).length;
    }
    return missing;
  }

  counts(): DeliveryCounts {
    return {
      delivered: this.#delivered,
      duplicated: this.#duplicated,
      outOfOrder: this.#outOfOrder,
      misdelivered: this.#misdelivered,
    };
  }

  #lineOf(name: string): Line {
    let line = this.#lines.get(name);
    if (!line) {
      line = { complete: 0, highest: 0, ahead: new Set() };
      this.#lines.set(name, line);
    }
    return line;
  }
}
