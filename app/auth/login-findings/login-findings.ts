import { headers } from "../../contract/headers.ts";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import { jetstream, messageHeaders, type NatsConnection } from "../../shared/nats.ts";
import { storeMessage } from "../../shared/store-message.ts";
import type { Flapping } from "./flapping.ts";
import type { Guesses, RefusedLogin } from "./guesses.ts";
import { type LoginPattern, loginFinding, subjectOf } from "./login-finding.ts";
import type { createLoginFindingMetrics } from "./login-finding-metrics.ts";

export interface LoginFindingsOptions {
  /** As `auth`. */
  readonly connection: NatsConnection;
  readonly guesses: Guesses;
  readonly flapping: Flapping;
  readonly metrics: ReturnType<typeof createLoginFindingMetrics>;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Findings on their way; beyond them, when nothing can be stored, they are only counted. */
const underWayLimit = 100;

/** Makes findings of logins that together are no mistakes. No login waits for it. */
export class LoginFindings {
  readonly #options: LoginFindingsOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #ended = new AbortController();

  constructor(options: LoginFindingsOptions) {
    this.#options = options;
  }

  refused(login: RefusedLogin): void {
    this.#tell(this.#options.guesses.note(login));
  }

  admitted(login: { readonly clientId: string; readonly address: string }): void {
    this.#tell(this.#options.flapping.note(login));
  }

  async drain(): Promise<void> {
    this.#ended.abort();
    await Promise.allSettled(this.#underWay);
  }

  #tell(noted: { readonly told: readonly LoginPattern[]; readonly untold: number }): void {
    const { metrics } = this.#options;
    if (noted.untold > 0) metrics.untold.inc(noted.untold);
    for (const pattern of noted.told) {
      if (this.#underWay.size >= underWayLimit) metrics.untold.inc();
      else this.#report(pattern);
    }
  }

  #report(pattern: LoginPattern): void {
    const report = this.#store(pattern).finally(() => this.#underWay.delete(report));
    this.#underWay.add(report);
  }

  async #store(pattern: LoginPattern): Promise<void> {
    const { connection, metrics, log, clock } = this.#options;
    const finding = loginFinding(pattern, clock());
    const withId = messageHeaders();
    withId.set(headers.messageId, finding.metadata.uid);
    log.warn({ rule: pattern.rule, client: subjectOf(pattern) }, finding.message);
    try {
      const subject = subjects.event("login", subjectOf(pattern));
      await storeMessage(jetstream(connection), subject, Buffer.from(JSON.stringify(finding)), {
        headers: withId,
        signal: this.#ended.signal,
        onRetry: (error) => log.debug({ err: error }, "a finding is not stored yet"),
      });
      metrics.found(pattern.rule);
    } catch (error) {
      metrics.untold.inc();
      log.error({ err: error, finding }, "a finding is not stored");
    }
  }
}
