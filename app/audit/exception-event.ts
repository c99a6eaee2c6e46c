import { subjects } from "../contract/subjects.ts";
import type { ExceptionChange } from "../exceptions/exception-schema.ts";
import { printable } from "../shared/printable.ts";
import type { AuditDraft } from "./audit-record.ts";
import { type Announcement, entityEvent } from "./entity-event.ts";

/** The activities of OCSF 1.8 Entity Management that these changes are. */
const activities = {
  add: [1, "Create"],
  end: [9, "Disable"],
} as const satisfies Record<ExceptionChange["kind"], readonly [number, string]>;

const reasonLimit = 500;

/** How a change of what hides findings stands. */
export function exceptionEvent(change: ExceptionChange, told: Announcement): AuditDraft {
  const added = change.kind === "add";
  return {
    subject: subjects.registryAudit(undefined),
    ...entityEvent({
      ...told,
      activity: activities[change.kind],
      actor: change.actor,
      ...(added && { message: printable(change.exception.reason, reasonLimit) }),
      // Not by its uid, which is a device's in the other records of this class.
      entity: { type_id: 99, type: "Exception", name: change.id },
      unmapped: {
        change: added ? "exception-added" : "exception-ended",
        ...(added && { exception: change.exception }),
      },
    }),
  };
}
