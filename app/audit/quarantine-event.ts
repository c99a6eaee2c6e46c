import { createHash, randomUUID } from "node:crypto";
import type { DecisionAction, DecisionRequest } from "../contract/quarantine-decision.ts";
import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import { printable } from "../shared/printable.ts";
import type { AnnouncedStatus } from "./announced-status.ts";
import { type AuditDraft, cutText } from "./audit-record.ts";
import { remediationEvent } from "./remediation-event.ts";

/** The activities of OCSF 1.8 Remediation Activity (class 7001) that our decisions are. */
const activities = {
  release: [3, "Restore"],
  drop: [2, "Evict"],
} as const satisfies Record<DecisionAction, readonly [number, string]>;

export interface AskedDecision
  extends Pick<DecisionRequest, "action" | "operation" | "actor" | "reason"> {
  /** By whose account it was asked. */
  readonly asker: DecisionAsker;
}

/** A held message as the audit names it. */
export interface DecidedMessage {
  readonly sequence: number;
  readonly clientId: string;
  readonly data: Uint8Array;
}

const reasonLimit = 500;
const digestOf = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

/** How a decision stands, about one message or about those that were asked for together. */
export function quarantineEvent(
  asked: AskedDecision,
  messages: readonly DecidedMessage[],
  { status, nowMs, detail }: { status: AnnouncedStatus; nowMs: number; detail?: string },
): AuditDraft {
  const id = randomUUID();
  const { operation, asker } = asked;
  const clients = [...new Set(messages.map(({ clientId }) => clientId))];
  const event = remediationEvent({
    ...{ id, kind: "quarantine", activity: activities[asked.action], severity: 1 },
    ...{ status, operation, nowMs, detail: detail === undefined ? undefined : cutText(detail) },
    more: {
      message: printable(asked.reason, reasonLimit),
      actor: { user: { name: cutText(asked.actor) } },
    },
    unmapped: {
      decision: asked.action,
      asked_by: asker,
      messages: messages.map(({ sequence, clientId, data }) => ({
        ...{ sequence, client_id: clientId, sha256: digestOf(data) },
      })),
    },
  });
  const subject = subjects.quarantineAudit(clients.length === 1 ? clients[0] : undefined);
  return { id, subject, event };
}
