import { randomUUID } from "node:crypto";
import { subjects } from "../contract/subjects.ts";
import type { ExceptionChange } from "../exceptions/exception-schema.ts";
import { printable } from "../shared/printable.ts";
import { type AnnouncedStatus, announcedStatuses } from "./announced-status.ts";
import { type AuditDraft, cutText, ocsfMetadata } from "./audit-record.ts";

/** The activities of OCSF 1.8 Entity Management (class 3004) that these changes are. */
const activities = {
  add: [1, "Create"],
  end: [9, "Disable"],
} as const satisfies Record<ExceptionChange["kind"], readonly [number, string]>;

const reasonLimit = 500;

/** How a change of what hides findings stands. */
export function exceptionEvent(
  change: ExceptionChange,
  told: {
    readonly operation: string;
    readonly status: AnnouncedStatus;
    readonly nowMs: number;
    readonly detail?: string;
  },
): AuditDraft {
  const id = randomUUID();
  const [activity, name] = activities[change.kind];
  const event = {
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    category_name: "Identity & Access Management",
    activity_id: activity,
    activity_name: name,
    type_uid: 300400 + activity,
    time: Math.round(told.nowMs),
    severity_id: 1,
    ...announcedStatuses[told.status],
    ...(told.detail !== undefined && { status_detail: cutText(told.detail) }),
    ...(change.kind === "add" && { message: printable(change.exception.reason, reasonLimit) }),
    actor: { user: { name: cutText(change.actor) } },
    // Not by its uid, which is a device's in the other records of this class.
    entity: { type_id: 99, type: "Exception", name: change.id },
    metadata: { ...ocsfMetadata(id, "registry"), correlation_uid: told.operation },
    unmapped: {
      change: change.kind === "add" ? "exception-added" : "exception-ended",
      ...(change.kind === "add" && { exception: change.exception }),
    },
  };
  return { id, subject: subjects.registryAudit(undefined), event };
}
