import type { Incident } from "../incidents/incident.ts";
import type { SeenFinding } from "../incidents/seen-finding.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { labelsOf } from "./device-labels.ts";
import { covers, mayCover, type NewException } from "./exception.ts";
import { newestFindings } from "./newest-findings.ts";

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

const previewMs = 30 * 86_400_000;
/** Of whose labels one preview asks at most. */
const clientLimit = 2_000;

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
  const { found, since, complete } = await newestFindings(connection, {
    nowMs,
    notBefore: nowMs - previewMs,
    wanted: (finding) => !finding.quoted && !finding.canary && mayCover(wanted, finding),
  });
  const clients = [...new Set(found.map(({ clientId }) => clientId))];
  const asked = wanted.scope.label === undefined ? [] : clients.slice(0, clientLimit);
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
    complete: complete && asked.every((each) => labels.has(each)) && clients.length <= clientLimit,
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
