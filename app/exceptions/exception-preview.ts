import { subjects } from "../contract/subjects.ts";
import type { Incident } from "../incidents/incident.ts";
import { type SeenFinding, seenFinding } from "../incidents/seen-finding.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { type BatchRequest, hasMore, readBatch } from "../shared/stored-messages.ts";
import { seeStream } from "../shared/stream-sight.ts";
import { labelsOf } from "./device-labels.ts";
import { covers, mayCover, type NewException } from "./exception.ts";

/** What an exception would have hidden. */
export interface ExceptionPreview {
  readonly hidden: number;
  /** Of those, how many are in incidents that a person found to be attacks. */
  readonly confirmed: number;
  /** From when on findings were looked at, in milliseconds since 1970. */
  readonly since: number;
  /** Whether these were all of the last 30 days: as far as they are kept, and not too many. */
  readonly complete: boolean;
}

const stream = "SECURITY_EVENTS";
const previewMs = 30 * 86_400_000;
/** What one preview reads, and how long. */
const limits = { findings: 50_000, clients: 2_000, ms: 15_000 };

/**
 * Looks at the newest findings, so many and so long at most.
 *
 * @param incidents of the rule that a person found to be attacks; others are left out.
 * @throws StreamUnread
 */
export async function previewException(
  connection: NatsConnection,
  wanted: Pick<NewException, "scope" | "critical">,
  { incidents, nowMs }: { readonly incidents: Iterable<Incident>; readonly nowMs: number },
): Promise<ExceptionPreview> {
  const { found, since, complete } = await candidates(connection, wanted, nowMs);
  const clients = [...new Set(found.map(({ clientId }) => clientId))];
  const asked = wanted.scope.label === undefined ? [] : clients.slice(0, limits.clients);
  const labels = await labelsOf(connection, asked);
  const hidden = found.filter((each) => covers(wanted, each, labels.get(each.clientId)));
  const attacks = [...incidents].filter(
    ({ rule, verdict }) => verdict === "tp" && rule.id === wanted.scope.rule,
  );
  const isConfirmed = (each: SeenFinding) => attacks.some((attack) => isIn(attack, each));
  return {
    hidden: hidden.length,
    confirmed: hidden.filter(isConfirmed).length,
    since,
    complete:
      complete && asked.every((each) => labels.has(each)) && clients.length <= limits.clients,
  };
}

/** A campaign names its first clients only; whoever else had the same then counts as one of them. */
const isIn = (
  { clients, clientCount, firstSeen, lastSeen }: Incident,
  { clientId, time }: SeenFinding,
) =>
  time >= firstSeen &&
  time <= lastSeen &&
  (clients.includes(clientId) || clientCount > clients.length);

async function candidates(
  connection: NatsConnection,
  wanted: Pick<NewException, "scope" | "critical">,
  nowMs: number,
) {
  const { client = "*" } = wanted.scope;
  const one = client.endsWith("*") ? undefined : client;
  const filter = subjects.event("*", one ?? "*");
  const sight = await seeStream(await jetstreamManager(connection, { checkAPI: false }), stream);
  const monthAgo = nowMs - previewMs;
  const first = Math.max(sight.firstSequence, sight.lastSequence - limits.findings + 1);
  // Those of one client are few, wherever they are.
  let from: BatchRequest["from"] = one === undefined ? { sequence: first } : { since: monthAgo };
  const found: SeenFinding[] = [];
  let [since, looked] = [monthAgo, 0];
  const untilMs = performance.now() + limits.ms;
  for (;;) {
    const batch = await readBatch(connection, stream, { from, filter });
    const recent = batch.filter(({ storedAt }) => storedAt >= monthAgo);
    if (looked === 0 && recent[0] && first > sight.firstSequence && one === undefined) {
      since = Math.max(monthAgo, recent[0].storedAt);
    }
    looked += batch.length;
    for (const message of recent) {
      const finding = seenFinding(message);
      if (finding && !finding.quoted && !finding.canary && mayCover(wanted, finding))
        found.push(finding);
    }
    const last = batch.at(-1);
    if (!last || !hasMore(batch)) return { found, since, complete: since === monthAgo };
    if (looked >= limits.findings || performance.now() > untilMs) {
      return { found, since, complete: false };
    }
    from = { sequence: last.sequence + 1 };
  }
}
