import { randomUUID } from "node:crypto";
import { type AnnouncedStatus, announcedStatuses } from "./announced-status.ts";
import { cutText, ocsfMetadata } from "./audit-record.ts";

/** How far a change has come, of which all records of one operation share `operation`. */
export interface Announcement {
  readonly operation: string;
  readonly status: AnnouncedStatus;
  readonly nowMs: number;
  readonly detail?: string | undefined;
}

interface EntityChange extends Announcement {
  /** Number and name of an activity of the class. */
  readonly activity: readonly [number, string];
  readonly actor: string;
  readonly entity: object;
  readonly unmapped: object;
  readonly message?: string;
}

/** A change of what is registered, as OCSF 1.8 Entity Management (class 3004), and its id. */
export function entityEvent(change: EntityChange) {
  const id = randomUUID();
  const [activity, name] = change.activity;
  const event = {
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    category_name: "Identity & Access Management",
    activity_id: activity,
    activity_name: name,
    type_uid: 300400 + activity,
    time: Math.round(change.nowMs),
    severity_id: 1,
    ...announcedStatuses[change.status],
    ...(change.detail !== undefined && { status_detail: cutText(change.detail) }),
    ...(change.message !== undefined && { message: change.message }),
    actor: { user: { name: cutText(change.actor) } },
    entity: change.entity,
    metadata: { ...ocsfMetadata(id, "registry"), correlation_uid: change.operation },
    unmapped: change.unmapped,
  };
  return { id, event };
}
