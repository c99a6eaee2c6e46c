import { type SeenFinding, seenFinding } from "../incidents/seen-finding.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import { seeStream } from "../shared/stream-sight.ts";

export interface NewestFindings {
  readonly found: readonly SeenFinding[];
  /** From when on findings were looked at, in milliseconds since 1970. */
  readonly since: number;
  /** Whether nothing that is kept since then was left out. */
  readonly complete: boolean;
}

interface Looking {
  readonly nowMs: number;
  /** How far back, in milliseconds since 1970. */
  readonly notBefore: number;
  readonly wanted: (finding: SeenFinding) => boolean;
}

const stream = "SECURITY_EVENTS";
/** What is read at most, how much of it at once, and how long. */
const usual = { findings: 50_000, atOnce: 1_000, ms: 15_000 };

/**
 * Findings, the newest of all that are stored, so many and so long at most. Read by sequence also
 * when a client is wanted: to look for a subject, nats-server reads every block and lets nobody store
 * meanwhile. From the end backwards, so that what the time does not suffice for is the oldest.
 *
 * @throws StreamUnread
 */
export async function newestFindings(
  connection: NatsConnection,
  { nowMs, notBefore, wanted }: Looking,
  limits = usual,
): Promise<NewestFindings> {
  const sight = await seeStream(await jetstreamManager(connection, { checkAPI: false }), stream);
  const kept = Math.max(1, sight.firstSequence);
  const first = Math.max(kept, sight.lastSequence - limits.findings + 1);
  const untilMs = performance.now() + limits.ms;
  const found: SeenFinding[] = [];
  let since = nowMs;
  for (let last = sight.lastSequence; last >= first; last -= limits.atOnce) {
    if (performance.now() > untilMs) return { found, since, complete: false };
    const from = Math.max(first, last - limits.atOnce + 1);
    const messages = await storedBetween(connection, from, last);
    const recent = messages.filter(({ storedAt }) => storedAt >= notBefore);
    for (const message of recent) {
      const finding = seenFinding(message);
      if (finding && wanted(finding)) found.push(finding);
    }
    if (recent.length < messages.length) return { found, since: notBefore, complete: true };
    since = recent[0]?.storedAt ?? since;
  }
  const complete = first === kept;
  return { found, since: complete ? notBefore : since, complete };
}

/** Both ends included. A copy that lags may lack the newest. */
async function storedBetween(
  connection: NatsConnection,
  first: number,
  last: number,
): Promise<readonly StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for (let next = first; next <= last; ) {
    const batch = await readBatch(connection, stream, {
      from: { sequence: next },
      limit: last - next + 1,
    });
    messages.push(...batch.filter(({ sequence }) => sequence <= last));
    if (!hasMore(batch)) break;
    next = (batch.at(-1)?.sequence ?? last) + 1;
  }
  return messages;
}
