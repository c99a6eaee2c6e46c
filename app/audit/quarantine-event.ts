import { createHash, randomUUID } from "node:crypto";
import type { DecisionAction, DecisionRequest } from "../contract/quarantine-decision.ts";
import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import { printable } from "../shared/printable.ts";
import { type AuditDraft, cutText, ocsfMetadata } from "./audit-record.ts";

/** The activities of OCSF 1.8 Remediation Activity (class 7001) that our decisions are. */
const activities = {
  release: [3, "Restore"],
  drop: [2, "Evict"],
} as const satisfies Record<DecisionAction, readonly [number, string]>;

/** As with changes of the registry: announced before, told how it ended after. */
const statuses = {
  requested: { status_id: 99, status: "Requested" },
  done: { status_id: 1, status: "Success" },
  refused: { status_id: 2, status: "Failure" },
  unknown: { status_id: 0, status: "Unknown" },
} as const;
export type DecisionStatus = keyof typeof statuses;

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
  { status, nowMs, detail }: { status: DecisionStatus; nowMs: number; detail?: string },
): AuditDraft {
  const id = randomUUID();
  const [activity, activityName] = activities[asked.action];
  const { operation, asker } = asked;
  const clients = [...new Set(messages.map(({ clientId }) => clientId))];
  const event = {
    class_uid: 7001,
    class_name: "Remediation Activity",
    category_uid: 7,
    category_name: "Remediation",
    activity_id: activity,
    activity_name: activityName,
    type_uid: 700100 + activity,
    time: Math.round(nowMs),
    severity_id: 1,
    ...statuses[status],
    ...(detail !== undefined && { status_detail: cutText(detail) }),
    command_uid: operation,
    message: printable(asked.reason, reasonLimit),
    actor: { user: { name: cutText(asked.actor) } },
    metadata: { ...ocsfMetadata(id, "quarantine"), correlation_uid: operation },
    unmapped: {
      decision: asked.action,
      asked_by: asker,
      messages: messages.map(({ sequence, clientId, data }) => ({
        ...{ sequence, client_id: clientId, sha256: digestOf(data) },
      })),
    },
  };
  const subject = subjects.quarantineAudit(clients.length === 1 ? clients[0] : undefined);
  return { id, subject, event };
}
