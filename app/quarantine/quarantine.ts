import type { HeldState } from "../contract/quarantine-decision.ts";
import { parseQuarantineSubject, subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { readBatch, readLast, type StoredMessage } from "../shared/stored-messages.ts";
import { decisionIn, type HeldMessage, heldMessage, stateOf } from "./held-message.ts";

/** Which messages are wanted: those that have all that is named. */
export interface HeldFilter {
  readonly client?: string | undefined;
  readonly rule?: string | undefined;
  readonly state?: HeldState | undefined;
}

export interface HeldPageOptions {
  /** Sequence after which the page begins; 0 for the first page. */
  readonly after: number;
  /** Messages of one page at most. */
  readonly limit: number;
}

export interface HeldPage {
  readonly messages: readonly HeldMessage[];
  /** `after` of the next page; undefined after the last one. A page may be empty without being it. */
  readonly next: number | undefined;
}

/** Messages that one page may look at: with their bytes, so there are not many. */
export const lookLimit = 500;
const stream = "QUARANTINE";
const decisions = "QUARANTINE_DECISIONS";

const matches = (message: HeldMessage, { rule, state }: HeldFilter) =>
  (rule === undefined || message.rules.includes(rule)) &&
  (state === undefined || stateOf(message) === state);

/**
 * What QUARANTINE holds, oldest first.
 *
 * @throws StreamUnread
 */
export async function heldPage(
  connection: NatsConnection,
  filter: HeldFilter,
  { after, limit }: HeldPageOptions,
): Promise<HeldPage> {
  const batch = await readBatch(connection, stream, {
    from: { sequence: after + 1 },
    filter: subjects.quarantine("*", filter.client ?? "*"),
    limit: lookLimit,
  });
  const messages: HeldMessage[] = [];
  let next = after;
  for (const message of await withDecisions(connection, batch)) {
    next = message.sequence;
    if (!matches(message, filter)) continue;
    messages.push(message);
    if (messages.length === limit) return { messages, next };
  }
  const last = batch.at(-1);
  return { messages, next: last?.sequence };
}

/** @throws StreamUnread */
export async function heldAt(
  connection: NatsConnection,
  sequence: number,
): Promise<HeldMessage | undefined> {
  const from = { sequence };
  const batch = await readBatch(connection, stream, { from, limit: 1 });
  const [found] = await withDecisions(
    connection,
    batch.filter((message) => message.sequence === sequence),
  );
  return found;
}

async function withDecisions(
  connection: NatsConnection,
  batch: readonly StoredMessage[],
): Promise<readonly HeldMessage[]> {
  const asked = batch.flatMap(({ subject, sequence }) => {
    const parsed = parseQuarantineSubject(subject);
    return parsed ? [subjects.quarantineDecision(parsed.origin, sequence)] : [];
  });
  if (asked.length === 0) return [];
  const entries = await readLast(connection, decisions, { subjects: asked });
  const decided = new Map(entries.map((entry) => [entry.subject, decisionIn(entry)]));
  return batch.flatMap((message) => {
    const origin = parseQuarantineSubject(message.subject)?.origin;
    if (!origin) return [];
    const decision = decided.get(subjects.quarantineDecision(origin, message.sequence));
    return heldMessage(message, decision) ?? [];
  });
}
