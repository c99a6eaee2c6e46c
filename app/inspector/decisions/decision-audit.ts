import type { AnnouncedStatus } from "../../audit/announced-status.ts";
import { AuditChain } from "../../audit/audit-chain.ts";
import { AuditOutbox } from "../../audit/audit-outbox.ts";
import type { AuditSigner } from "../../audit/audit-signer.ts";
import { HeadExchange } from "../../audit/head-exchange.ts";
import {
  type AskedDecision,
  type DecidedMessage,
  quarantineEvent,
} from "../../audit/quarantine-event.ts";
import type { RenewedAuditKeys } from "../../audit/renewed-audit-keys.ts";
import { storeAudit } from "../../audit/store-audit.ts";
import { nowMs } from "../../contract/headers.ts";
import type { Logger } from "../../shared/log.ts";
import type { JetStreamClient, NatsConnection } from "../../shared/nats.ts";

export interface DecisionAuditOptions {
  readonly nats: NatsConnection;
  readonly publisher: Pick<JetStreamClient, "publish">;
  /** Of the writer: the replica. */
  readonly name: string;
  readonly keys: RenewedAuditKeys;
  /** How often the writers tell one another how far their chains are. */
  readonly headsMs: number;
  readonly log: Logger;
}

/** How long an announcement may take to be stored. */
const announceMs = 3_000;
const drainMs = 5_000;

/** What a performer of decisions keeps of them: nothing is decided that AUDIT was not told before. */
export class DecisionAudit {
  readonly #outbox: AuditOutbox;
  readonly #heads: HeadExchange;
  readonly #log: Logger;
  readonly #unfollow: () => void;

  constructor({ nats, publisher, name, keys, headsMs, log }: DecisionAuditOptions) {
    const chainBy = (signer: AuditSigner) =>
      new AuditChain({ kind: "quarantine", name, signer, clock: nowMs });
    this.#outbox = new AuditOutbox({
      chain: chainBy(keys.signer),
      store: storeAudit(publisher, () => {}),
      ...{ limit: 10_000, oldestMs: announceMs, inFlight: 64, clock: nowMs },
    });
    const exchange = { connection: nats, outbox: this.#outbox, keys, everyMs: headsMs };
    this.#heads = new HeadExchange({ ...exchange, kind: "quarantine" });
    this.#unfollow = keys.follow((signer) => this.#outbox.renew(chainBy(signer)), log);
    this.#log = log;
  }

  /** @returns why it cannot be announced; undefined when it is stored. */
  async announce(
    asked: AskedDecision,
    messages: readonly DecidedMessage[],
  ): Promise<string | undefined> {
    if (this.#outbox.blocked !== undefined) return this.#outbox.blocked;
    this.#outbox.begin();
    const id = this.#take(asked, messages, "requested");
    if (await this.#outbox.stored(id, announceMs)) return undefined;
    // The announcement may still be stored: then this is stored after it.
    this.#take(asked, messages, "refused", "audit-unavailable");
    return `the announcement was not stored within ${announceMs} ms`;
  }

  /** How one of those that were announced has ended. */
  tell(asked: AskedDecision, message: DecidedMessage, status: AnnouncedStatus, detail?: string) {
    this.#take(asked, [message], status, detail);
  }

  async drain(): Promise<void> {
    this.#unfollow();
    this.#heads.stop();
    for (const { body } of await this.#outbox.drain(drainMs)) {
      // The log is the last place where it can be kept.
      this.#log.error({ audit: JSON.parse(Buffer.from(body).toString()) }, "not stored in AUDIT");
    }
    this.#heads.tellEnd();
  }

  #take(
    asked: AskedDecision,
    messages: readonly DecidedMessage[],
    ...[status, detail]: [AnnouncedStatus, string?]
  ): string {
    const ending = { status, nowMs: nowMs(), ...(detail !== undefined && { detail }) };
    const draft = quarantineEvent(asked, messages, ending);
    this.#outbox.take(draft);
    return draft.id;
  }
}
