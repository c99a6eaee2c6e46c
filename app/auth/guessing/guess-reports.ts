import { headers } from "../../contract/headers.ts";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import { jetstream, messageHeaders, type NatsConnection } from "../../shared/nats.ts";
import { storeMessage } from "../../shared/store-message.ts";
import { guessFinding, subjectOfGuess } from "./guess-finding.ts";
import type { createGuessMetrics } from "./guess-metrics.ts";
import type { Guess, Guesses, RefusedLogin } from "./guesses.ts";

export interface GuessReportsOptions {
  /** As `auth`. */
  readonly connection: NatsConnection;
  readonly guesses: Guesses;
  readonly metrics: ReturnType<typeof createGuessMetrics>;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Findings on their way; beyond them, when nothing can be stored, they are only counted. */
const underWayLimit = 100;

/** Makes findings of refused logins that are no mistakes. No login waits for it. */
export class GuessReports {
  readonly #options: GuessReportsOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #ended = new AbortController();

  constructor(options: GuessReportsOptions) {
    this.#options = options;
  }

  note(login: RefusedLogin): void {
    const { guesses, metrics } = this.#options;
    const { told, untold } = guesses.note(login);
    if (untold > 0) metrics.untold.inc(untold);
    for (const guess of told) {
      if (this.#underWay.size >= underWayLimit) metrics.untold.inc();
      else this.#report(guess);
    }
  }

  async drain(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled(this.#underWay);
  }

  #report(guess: Guess): void {
    const report = this.#store(guess).finally(() => this.#underWay.delete(report));
    this.#underWay.add(report);
  }

  async #store(guess: Guess): Promise<void> {
    const { connection, metrics, log, clock } = this.#options;
    const finding = guessFinding(guess, clock());
    const withId = messageHeaders();
    withId.set(headers.messageId, finding.metadata.uid);
    log.warn({ rule: guess.rule, client: subjectOfGuess(guess) }, finding.message);
    try {
      const subject = subjects.event("login", subjectOfGuess(guess));
      await storeMessage(jetstream(connection), subject, Buffer.from(JSON.stringify(finding)), {
        headers: withId,
        signal: this.#ended.signal,
        onRetry: (error) => log.debug({ err: error }, "a finding is not stored yet"),
      });
      metrics.found(guess.rule);
    } catch (error) {
      metrics.untold.inc();
      log.error({ err: error, finding }, "a finding is not stored");
    }
  }
}
