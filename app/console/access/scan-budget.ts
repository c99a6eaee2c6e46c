import { BoundedLimiter } from "../../shared/bounded-limiter.ts";
import { Problem } from "../api/problem.ts";
import type { ConsoleMetrics } from "../console-metrics.ts";

export interface ScanLimits {
  /** Items of the table that one request may make it look at. */
  readonly itemsPerRequest: number;
  /** The same of all requests of one token in a minute. */
  readonly itemsPerMinute: number;
}

export interface ScanBudgetOptions {
  readonly limits: ScanLimits;
  readonly metrics: Pick<ConsoleMetrics, "scannedItems" | "scansRefused">;
}

const seconds = 60;
/** As many tokens as a file can hold. */
const holders = 1_000;

/**
 * What lists may cost: a filter makes the table look at everything and find nothing, and each item
 * that is looked at is paid for and taken from the logins' share.
 */
export class ScanBudget {
  readonly #options: ScanBudgetOptions;
  readonly #spent = new BoundedLimiter({ seconds, keys: holders });

  constructor(options: ScanBudgetOptions) {
    this.#options = options;
  }

  /**
   * Takes the most that a request may cost, lets it scan, and gives back what it did not look at.
   * So requests side by side cannot pass the budget together.
   *
   * @throws Problem `too-many-requests`, with the time after which there is a new budget.
   */
  async spend<T extends { readonly scanned: number }>(
    holder: string,
    scan: (atMost: number) => Promise<T>,
  ): Promise<T> {
    const { limits, metrics } = this.#options;
    const most = limits.itemsPerRequest;
    if ((await this.#spent.add(holder, most)) > limits.itemsPerMinute) {
      await this.#spent.add(holder, -most);
      metrics.scansRefused.inc();
      throw await this.#exhausted(holder);
    }
    let scanned = 0;
    try {
      const result = await scan(most);
      scanned = result.scanned;
      metrics.scannedItems.inc(scanned);
      return result;
    } finally {
      await this.#spent.add(holder, scanned - most);
    }
  }

  async #exhausted(holder: string): Promise<Problem> {
    const { itemsPerMinute } = this.#options.limits;
    const wait = await this.#spent.secondsLeft(holder);
    const detail = `a token may make the table look at ${itemsPerMinute} items a minute; wait, or ask for single devices`;
    return new Problem("too-many-requests", detail, { headers: { "retry-after": String(wait) } });
  }
}
