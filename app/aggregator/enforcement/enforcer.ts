import type { BarOutcome } from "../../enforcement/ask-bars.ts";
import type { BarRequest } from "../../enforcement/bar.ts";
import type { Logger } from "../../shared/log.ts";
import type { ClientRisks } from "./client-risks.ts";

export interface EnforcerOptions {
  readonly risks: Pick<ClientRisks, "due" | "settle">;
  readonly ask: (request: BarRequest) => Promise<BarOutcome>;
  /** What became of a bar, for the timeline of its incident. */
  readonly onSettled: (request: BarRequest, outcome: BarOutcome) => void;
  readonly onFailure: () => void;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** Bars that are asked for one after the other while nothing is stored. */
export const askedAtOnce = 10;
/** How long nothing is asked for after nobody answered. */
const restMs = 1_000;
/** The same after auth said that there is no room: it passes within an hour, or a person decides. */
const limitRestMs = 30_000;

/**
 * Asks for the bars that were decided and stored: whoever takes over asks for them again, and gets the
 * same ones. One at a time, and nobody waits for it.
 */
export class Enforcer {
  readonly #options: EnforcerOptions;
  #asking: Promise<void> | undefined;
  #restUntil = 0;
  #ended = false;

  constructor(options: EnforcerOptions) {
    this.#options = options;
  }

  /** To be called when everything that is due is stored. */
  run(): void {
    const { risks, clock } = this.#options;
    if (this.#asking || this.#ended || clock() < this.#restUntil) return;
    const due = risks.due(askedAtOnce);
    if (due.length === 0) return;
    this.#asking = this.#askAll(due).finally(() => {
      this.#asking = undefined;
    });
  }

  /** Resolves when nothing changes any more. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#asking;
  }

  async #askAll(due: readonly BarRequest[]): Promise<void> {
    const { risks, ask, onSettled, onFailure, log, clock } = this.#options;
    for (const request of due) {
      const outcome = await ask(request);
      if (this.#ended) return;
      if (outcome.refused === "unavailable") {
        onFailure();
        log.warn({ client: request.clientId, reason: outcome.detail }, "a bar is not answered");
        this.#restUntil = clock() + restMs;
        return;
      }
      risks.settle(request, outcome.refused !== "limit");
      onSettled(request, outcome);
      if (outcome.refused === "limit") {
        this.#restUntil = clock() + limitRestMs;
        return;
      }
    }
  }
}
