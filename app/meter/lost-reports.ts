import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { inspect } from "../contract/calls.ts";
import { lanes } from "../contract/lanes.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { LossAccount } from "./loss-account.ts";
import type { MeterMetrics } from "./meter-metrics.ts";

const InfoSchema = z.object({
  created: z.string(),
  state: z.object({ last_seq: z.int().nonnegative() }),
});

/** How long a report may be on its way to the meter or into the stream. */
const onItsWayMs = 3_000;
const pauseMs = 1_000;
const answerLimitMs = 2_000;

export interface LostReportsOptions {
  readonly connection: Pick<NatsConnection, "request">;
  readonly metrics: Pick<MeterMetrics, "lostReports" | "lossChecks">;
  readonly log: Logger;
}

/**
 * Counts the reports that REPORT_INGRESS did not store. Nobody else hears of them: a report crosses
 * into the stream by itself, and what a full stream refuses, or one without a leader misses, has no
 * sender who waits for an answer.
 */
export class LostReports {
  readonly #options: LostReportsOptions;
  readonly #account = new LossAccount();
  readonly #ended = new AbortController();
  #crossed = 0;
  #interruptions = 0;
  #created: string | undefined;
  readonly #work: Promise<void>;

  constructor(options: LostReportsOptions) {
    this.#options = options;
    this.#work = this.#run();
  }

  /** To be called for every report. */
  crossed(): void {
    this.#crossed++;
  }

  /** To be called when reports were missed. */
  interrupted(): void {
    this.#interruptions++;
    this.#account.restart();
  }

  async drain(): Promise<void> {
    this.#ended.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await this.#look(signal).catch((error) => {
        if (signal.aborted) return;
        this.#options.log.warn({ err: error }, "cannot tell whether reports are lost");
      });
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const interruptions = this.#interruptions;
    const crossedBefore = this.#crossed;
    await delay(onItsWayMs, undefined, { signal });
    const stored = await this.#stored();
    await delay(onItsWayMs, undefined, { signal });
    if (interruptions !== this.#interruptions) return;
    this.#options.metrics.lossChecks.inc();
    const lost = this.#account.take({ crossedBefore, stored, crossedAfter: this.#crossed });
    if (lost === 0) return;
    this.#options.metrics.lostReports.inc(lost);
    this.#options.log.error(
      { lost },
      `reports are lost: ${lanes.reports.stream} did not take them`,
    );
  }

  async #stored(): Promise<number> {
    const { subject } = inspect(lanes.reports.stream);
    const answer = await this.#options.connection.request(subject, "", { timeout: answerLimitMs });
    const { created, state } = InfoSchema.parse(answer.json());
    // A stream that was made anew counts from one again, however much it has by now.
    if (this.#created !== undefined && this.#created !== created) this.interrupted();
    this.#created = created;
    return state.last_seq;
  }
}
