import { subjects } from "../contract/subjects.ts";
import { type KeyChange, type KeyChangeResult, keyIdOf } from "../registry/publisher-key-change.ts";
import { printable } from "../shared/printable.ts";
import { type AnnouncedOptions, announced, type Ending } from "./announced.ts";
import type { AuditDraft } from "./audit-record.ts";
import { type Announcement, entityEvent } from "./entity-event.ts";

/** Who changes a key of a publisher, and why. */
export interface KeyDecision {
  readonly change: KeyChange;
  readonly actor: string;
  readonly reason?: string | undefined;
}

/** Makes a change of the keys of publishers: announced and stored, then made, then told how it went. */
export type PublisherKeyJournal = (
  decision: KeyDecision,
  make: () => Promise<KeyChangeResult>,
) => Promise<KeyChangeResult>;

export const publisherKeyJournal =
  (options: AnnouncedOptions): PublisherKeyJournal =>
  (decision, make) =>
    announced(options, (told) => publisherKeyEvent(decision, told), { make, endingOf });

function endingOf({ refused }: KeyChangeResult): Ending {
  return refused === undefined ? { status: "done" } : { status: "refused", detail: refused };
}

/** The activities of OCSF 1.8 Entity Management that these changes are. */
const activities = {
  add: [[1, "Create"], "publisher-key-added"],
  retire: [[3, "Update"], "publisher-key-retired"],
  revoke: [[9, "Disable"], "publisher-key-revoked"],
} as const satisfies Record<KeyChange["kind"], readonly [readonly [number, string], string]>;

const reasonLimit = 500;

function publisherKeyEvent({ change, actor, reason }: KeyDecision, told: Announcement): AuditDraft {
  const [activity, name] = activities[change.kind];
  return {
    subject: subjects.registryAudit(undefined),
    ...entityEvent({
      ...told,
      ...{ activity, actor },
      ...(reason !== undefined && { message: printable(reason, reasonLimit) }),
      // Not by its uid, which is a device's in the other records of this class.
      entity: { type_id: 99, type: "Publisher Key", name: keyIdOf(change) },
      unmapped: {
        change: name,
        ...(change.kind === "add" && { key: change.key }),
        ...(change.kind === "retire" && { not_after: change.notAfter }),
      },
    }),
  };
}
