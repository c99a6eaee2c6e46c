import type { RuleDocument } from "../../inspector/patterns/rule.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { StreamReads } from "../access/stream-reads.ts";
import { type IncidentBook, listedLimit } from "../incidents/incident-book.ts";
import { RuleCounter, type RuleHits } from "./rule-hits.ts";
import { type ListedRule, listRules } from "./rule-list.ts";

export interface RuleList {
  readonly rules: readonly ListedRule[];
  /** Undefined: findings cannot be read at the moment. */
  readonly hits: Pick<RuleHits, "since" | "complete"> | undefined;
}

/** What the API knows of rules. */
export interface RuleDesk {
  readonly list: () => Promise<RuleList>;
}

export interface RuleDeskOptions {
  readonly connection: NatsConnection;
  readonly reads: Pick<StreamReads, "read">;
  readonly book: Pick<IncidentBook, "page">;
  /** Of the pack that was built with this console. */
  readonly documents: readonly RuleDocument[];
  readonly log: Logger;
}

/** Tells of rules also while nobody can say what they found. */
export function openRuleDesk(options: RuleDeskOptions): RuleDesk {
  const { connection, reads, book, documents, log } = options;
  const counter = new RuleCounter({ connection, reads, clock: Date.now });
  return {
    list: async () => {
      const hits = await counter.hits().catch((error: unknown) => {
        log.warn({ err: error }, "findings cannot be counted");
        return undefined;
      });
      const { incidents } = book.page({}, { after: undefined, limit: listedLimit });
      return { rules: listRules(documents, incidents, hits), hits };
    },
  };
}
