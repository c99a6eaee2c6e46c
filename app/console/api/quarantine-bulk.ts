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

/** After that no further group is begun: whoever asked waits for an answer. */
const workMs = 5_000;

/** Decides about what matches, group by group, until all is done or the time is over. */
export async function decideForSomeTime(
  connection: NatsConnection,
  asked: AskedDecisions,
  { filter, after, upTo: named }: BulkRequest,
): Promise<BulkAnswer> {
  const untilMs = performance.now() + workMs;
  const upTo = named ?? (await quarantineEnd(connection));
  const outcomes = noOutcomes();
  for await (const group of decideMatching(connection, asked, { filter, after, upTo })) {
    for (const { outcome } of group) outcomes[outcome]++;
    const next = group.at(-1)?.message.sequence;
    if (next !== undefined && performance.now() > untilMs) return { outcomes, upTo, next };
  }
  return { outcomes, upTo };
}
