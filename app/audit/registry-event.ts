import { isClientId } from "../contract/client-id.ts";
import { subjects } from "../contract/subjects.ts";
import type {
  ChangeIntent,
  RegistryChange,
  RegistryChangeKind,
} from "../registry/registry-change.ts";
import type { AuditDraft } from "./audit-record.ts";
import { type Announcement, entityEvent } from "./entity-event.ts";

/** The activities of OCSF 1.8 Entity Management (class 3004) that our changes are. */
const activities = {
  created: [1, "Create"],
  replaced: [3, "Update"],
  rotated: [3, "Update"],
  labelled: [3, "Update"],
  pinned: [3, "Update"],
  unpinned: [3, "Update"],
  suspended: [12, "Suspend"],
  resumed: [13, "Resume"],
  revoked: [9, "Disable"],
  deleted: [4, "Delete"],
  // The class has no activity for it.
  disconnected: [99, "Disconnect"],
} as const satisfies Record<RegistryChangeKind, readonly [number, string]>;

interface Told extends Announcement {
  readonly kind: RegistryChangeKind;
  readonly clientIds: readonly string[];
  readonly actor: string;
  readonly version?: number;
  /** Of the record after the change. */
  readonly digest?: string | undefined;
  readonly force?: boolean;
}

/** Of one device by its id; of several by all their ids. */
function entityOf({ clientIds, version, digest }: Told) {
  const [first = "", ...more] = clientIds;
  return {
    type_id: 1,
    type: "Device",
    ...(more.length === 0
      ? { uid: first, ...(digest !== undefined && { data: { sha256: digest } }) }
      : { name: `${clientIds.length} devices`, data: { uids: clientIds } }),
    ...(version !== undefined && { version: String(version) }),
  };
}

/** Undefined for several devices, and for a key that is no client id: it might be no token. */
const subjectId = ([first = "", ...more]: readonly string[]) =>
  more.length === 0 && isClientId(first) ? first : undefined;

const registryEvent = (told: Told): AuditDraft => ({
  subject: subjects.registryAudit(subjectId(told.clientIds)),
  ...entityEvent({
    ...told,
    activity: activities[told.kind],
    entity: entityOf(told),
    unmapped: { change: told.kind, ...(told.force && { force: true }) },
  }),
});

/** One change that the table has taken. */
export function changeEvent(change: RegistryChange, operation: string): AuditDraft {
  const { clientId, ...rest } = change;
  return registryEvent({ ...rest, clientIds: [clientId], operation, status: "done" });
}

/** How an intent stands, or that part of it which `clientIds` names. */
export function intentEvent(
  intent: ChangeIntent,
  more: Pick<Told, "operation" | "status" | "nowMs" | "detail">,
): AuditDraft {
  return registryEvent({ ...intent, ...more });
}
