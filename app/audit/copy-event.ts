import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import type { AnnouncedStatus } from "./announced-status.ts";
import type { AuditDraft } from "./audit-record.ts";
import { remediationEvent } from "./remediation-event.ts";

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
export type MendStatus = Exclude<AnnouncedStatus, "unknown">;

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
  const event = remediationEvent({
    ...{ id, kind: "copies", activity: [3, "Restore"], severity: 3 },
    ...{ status, detail, operation, nowMs, unmapped: { server, copies } },
  });
  return { id, subject: subjects.copyAudit, event };
}
