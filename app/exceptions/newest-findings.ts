import { type SeenFinding, seenFinding } from "../incidents/seen-finding.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { newestFirst } from "../shared/newest-first.ts";
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
 * Findings, the newest of all that are stored, so many and so long at most: what the time does not
 * suffice for is the oldest.
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
  const part = { first, last: sight.lastSequence, atOnce: limits.atOnce };
  for await (const messages of newestFirst(connection, stream, part)) {
    const recent = messages.filter(({ storedAt }) => storedAt >= notBefore);
    for (const message of recent) {
      const finding = seenFinding(message);
      if (finding && wanted(finding)) found.push(finding);
    }
    if (recent.length < messages.length) return { found, since: notBefore, complete: true };
    since = recent[0]?.storedAt ?? since;
    const goesOn = (messages[0]?.sequence ?? first) > first;
    if (goesOn && performance.now() > untilMs) return { found, since, complete: false };
  }
  const complete = first === kept;
  return { found, since: complete ? notBefore : since, complete };
}
