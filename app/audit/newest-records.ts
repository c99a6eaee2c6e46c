import { type AuditKind, auditKinds } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { endsOf, newestFirst } from "../shared/newest-first.ts";
import { readBatch, readLast, type StoredMessage } from "../shared/stored-messages.ts";
import { type StoredRecord, storedRecord } from "./stored-record.ts";

/** Which records are wanted. Times are of storage, in milliseconds since 1970. */
export interface RecordFilter {
  /** Only those under this device; those of several at once are under none. */
  readonly client?: string | undefined;
  readonly kind?: AuditKind | undefined;
  readonly since?: number | undefined;
  /** That time itself is outside. */
  readonly until?: number | undefined;
}

export interface RecordPage {
  /** The newest first. */
  readonly records: readonly StoredRecord[];
  /** Records that were looked at for it. */
  readonly scanned: number;
  /** When the oldest of those was stored; undefined when there was none. */
  readonly back: number | undefined;
  /** `after` of the next page; undefined on the last. */
  readonly next: number | undefined;
}

interface Wanted extends RecordFilter {
  /** The `next` of the page before. */
  readonly after?: number | undefined;
  readonly limit: number;
}

const stream = "AUDIT";
/** What is looked at for a page at most, how much of it at once, and how long. */
const usual = { records: 10_000, atOnce: 1_000, ms: 4_000 };

/**
 * Records of AUDIT, but for those that chains are made of. With a filter a page may be short, or empty,
 * without being the last: what is looked at for one is bounded.
 *
 * @throws StreamUnread
 */
export async function newestRecords(
  connection: NatsConnection,
  wanted: Wanted,
  limits = usual,
): Promise<RecordPage> {
  const found: StoredRecord[] = [];
  let [scanned, back]: [number, number | undefined] = [0, undefined];
  const page = (next?: number): RecordPage => ({ records: found, scanned, back, next });
  const ends = await endsOf(connection, stream);
  if (!ends) return page();
  const { first } = ends;
  const last = await startOf(connection, wanted, ends.last);
  if (last === undefined) return page();
  const { client, kind, since = Number.NEGATIVE_INFINITY, limit } = wanted;
  const isNarrowed = client !== undefined || kind !== undefined;
  const untilMs = performance.now() + limits.ms;
  const atOnce = isNarrowed ? limits.atOnce : Math.min(limits.atOnce, limit);
  for await (const messages of newestFirst(connection, stream, { first, last, atOnce })) {
    for (const message of messages.toReversed()) {
      if (message.storedAt < since) return page();
      scanned++;
      back = message.storedAt;
      if (isWanted(message, wanted)) found.push(storedRecord(message));
      const isMore = message.sequence > first;
      if (found.length === limit) return page(isMore ? message.sequence : undefined);
    }
    const begin = messages[0]?.sequence ?? first;
    const isOver = scanned >= limits.records || performance.now() > untilMs;
    if (isOver && begin > first) return page(begin);
  }
  return page();
}

function isWanted({ subject }: StoredMessage, { client, kind }: RecordFilter): boolean {
  // Three parts: what chains of records are made of has four.
  const [, ofKind, ofClient, ...more] = subject.split(".");
  if (more.length > 0) return false;
  return (kind === undefined || kind === ofKind) && (client === undefined || client === ofClient);
}

/** The sequence to begin at; undefined when nothing is wanted that is there. */
async function startOf(
  connection: NatsConnection,
  { client, kind, until, after }: Wanted,
  end: number,
): Promise<number | undefined> {
  if (after !== undefined) return Math.min(end, after - 1);
  const before = until === undefined ? end : await endBefore(connection, until, end);
  if (client === undefined) return before;
  // The last record of a subject is found at once, however old it is; the one before it is not.
  const kinds = kind === undefined ? auditKinds : [kind];
  const subjects = kinds.map((each) => `audit.${each}.${client}`);
  const newest = await readLast(connection, stream, { subjects });
  if (newest.length === 0) return undefined;
  return Math.min(before, Math.max(...newest.map(({ sequence }) => sequence)));
}

async function endBefore(connection: NatsConnection, until: number, end: number) {
  const [later] = await readBatch(connection, stream, { from: { since: until }, limit: 1 });
  return later ? later.sequence - 1 : end;
}
