import type { AskedDecisions } from "../../quarantine/ask-decisions.ts";
import {
  decideMatching,
  noOutcomes,
  type OutcomeCounts,
  quarantineEnd,
} from "../../quarantine/decide-matching.ts";
import type { HeldFilter } from "../../quarantine/quarantine.ts";
import type { NatsConnection } from "../../shared/nats.ts";

export interface BulkRequest {
  readonly filter: Omit<HeldFilter, "state">;
  readonly after: number;
  readonly upTo?: number | undefined;
}

export interface BulkAnswer {
  readonly outcomes: OutcomeCounts;
  readonly upTo: number;
  readonly next?: number;
}

/** Decides about what matches, step by step, until all is done or `isOver` says so. */
export async function decideUntil(
  isOver: () => boolean,
  connection: NatsConnection,
  asked: AskedDecisions,
  { filter, after, upTo: named }: BulkRequest,
): Promise<BulkAnswer> {
  const upTo = named ?? (await quarantineEnd(connection));
  const outcomes = noOutcomes();
  for await (const { decided, looked } of decideMatching(connection, asked, {
    filter,
    after,
    upTo,
  })) {
    for (const { outcome } of decided) outcomes[outcome]++;
    if (looked < upTo && isOver()) return { outcomes, upTo, next: looked };
  }
  return { outcomes, upTo };
}
