import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import { type AuditDraft, ocsfMetadata } from "./audit-record.ts";

/** A copy of a stream that is given up because it lacks messages. */
export interface GivenUpCopy {
  readonly account: string;
  readonly stream: string;
  /** Messages that it lacked. */
  readonly missing: number;
}

/**
 * `requested`: the copies are about to be removed. `done`: they are whole again. `refused`: they were
 * not removed after all, or are not whole afterwards.
 */
const statuses = {
  requested: { status_id: 99, status: "Requested" },
  done: { status_id: 1, status: "Success" },
  refused: { status_id: 2, status: "Failure" },
} as const;
export type MendStatus = keyof typeof statuses;

const activity = 3;

/** An OCSF 1.8 Remediation Activity event (class 7001, activity Restore). */
export function copyEvent(told: {
  readonly server: string;
  readonly copies: readonly GivenUpCopy[];
  /** What all records of one mending share. */
  readonly operation: string;
  readonly status: MendStatus;
  readonly detail?: string;
  readonly nowMs: number;
}): AuditDraft {
  const id = randomUUID();
  const { server, copies, operation, status, detail, nowMs } = told;
  const event = {
    class_uid: 7001,
    class_name: "Remediation Activity",
    category_uid: 7,
    category_name: "Remediation",
    activity_id: activity,
    activity_name: "Restore",
    type_uid: 700100 + activity,
    time: Math.round(nowMs),
    severity_id: 3,
    ...statuses[status],
    ...(detail !== undefined && { status_detail: detail }),
    command_uid: operation,
    metadata: { ...ocsfMetadata(id, "copies"), correlation_uid: operation },
    unmapped: { server, copies },
  };
  return { id, subject: subjects.copyAudit, event };
}
