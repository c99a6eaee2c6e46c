interface Line {
  /** All sequences up to this one came. */
  complete: number;
  highest: number;
  /** Those that came beyond `complete`. */
  readonly ahead: Set<number>;
}

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

  /** One alert that arrived at `client`. */
  receive(client: string, alert: { client: string; sequence: number } | undefined): void {
    if (alert?.client !== client) {
      this.#misdelivered++;
      return;
    }
    const line = this.#lineOf(client);
    const { sequence } = alert;
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

  /** How many of the sequences 1 to `sent` of each client are missing. */
  missing(sent: ReadonlyMap<string, number>): number {
    let missing = 0;
    for (const [client, last] of sent) {
      const line = this.#lines.get(client);
      missing += Math.max(0, last - (line ? line.complete + line.ahead.size : 0));
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

  #lineOf(client: string): Line {
    let line = this.#lines.get(client);
    if (!line) {
      line = { complete: 0, highest: 0, ahead: new Set() };
      this.#lines.set(client, line);
    }
    return line;
  }
}
