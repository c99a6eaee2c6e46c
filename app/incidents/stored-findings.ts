import { setTimeout as delay } from "node:timers/promises";
import type { IncidentSeverity } from "../contract/incident.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { readBatch, type StoredMessage, StreamUnread } from "../shared/stored-messages.ts";
import { seeStream } from "../shared/stream-sight.ts";
import { type SeenFinding, seenFinding } from "./seen-finding.ts";

/** Which findings are wanted: those that have all that is named. Times are of storage, in milliseconds since 1970. */
export interface FindingFilter {
  readonly client?: string | undefined;
  readonly rule?: string | undefined;
  readonly severity?: IncidentSeverity | undefined;
  readonly since?: number | undefined;
  /** That time itself is outside. */
  readonly until?: number | undefined;
}

const stream = "SECURITY_EVENTS";
const lagLimitMs = 10_000;
const lagRetryMs = 50;
/** Read together: with all that is made of them they are what an export has in memory. */
const atOnce = 250;

/**
 * Findings that are stored now, oldest first, however many: no more than one batch of them is in memory.
 * Without those of synthetic attacks, which are none to anybody. Read without a filter by subject, for which
 * nats-server would read every block and let nobody store meanwhile.
 *
 * @throws StreamUnread
 */
export async function* storedFindings(
  connection: NatsConnection,
  filter: FindingFilter,
): AsyncGenerator<SeenFinding> {
  const { until = Number.POSITIVE_INFINITY } = filter;
  for await (const message of storedNow(connection, filter.since)) {
    if (message.storedAt >= until) return;
    const finding = seenFinding(message);
    if (finding && !finding.canary && isWanted(finding, filter)) yield finding;
  }
}

const isWanted = (
  { clientId, rule, severity }: SeenFinding,
  wanted: Pick<FindingFilter, "client" | "rule" | "severity">,
): boolean =>
  (wanted.client === undefined || wanted.client === clientId) &&
  (wanted.rule === undefined || wanted.rule === rule.id) &&
  (wanted.severity === undefined || wanted.severity === severity);

/** The leader says where the end is; the copy that answers may lag. */
async function* storedNow(
  connection: NatsConnection,
  since: number | undefined,
): AsyncGenerator<StoredMessage> {
  const sight = await seeStream(await jetstreamManager(connection, { checkAPI: false }), stream);
  let from: Parameters<typeof readBatch>[2]["from"] =
    since === undefined ? { sequence: Math.max(1, sight.firstSequence) } : { since };
  let patientUntil = performance.now() + lagLimitMs;
  for (;;) {
    const batch = await readBatch(connection, stream, { from, limit: atOnce });
    for (const message of batch) if (message.sequence <= sight.lastSequence) yield message;
    const read = batch.at(-1)?.sequence;
    if (read === undefined) {
      // Nothing was stored since then, or this copy does not have it yet.
      if ("since" in from || from.sequence > sight.lastSequence) return;
      if (performance.now() > patientUntil) {
        throw new StreamUnread(`the copies of ${stream} lag behind their leader`);
      }
      await delay(lagRetryMs);
      continue;
    }
    if (read >= sight.lastSequence) return;
    from = { sequence: read + 1 };
    patientUntil = performance.now() + lagLimitMs;
  }
}
