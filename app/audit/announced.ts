import { randomUUID } from "node:crypto";
import type { AnnouncedStatus } from "./announced-status.ts";
import type { AuditOutbox } from "./audit-outbox.ts";
import type { AuditDraft } from "./audit-record.ts";

export interface AnnouncedOptions {
  readonly outbox: AuditOutbox;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long an announcement may take to be stored. */
  readonly announceMs: number;
}

/** Something was not done, because AUDIT did not take its announcement. */
export class AuditUnavailable extends Error {
  override readonly name = "AuditUnavailable";

  constructor(reason: string) {
    super(`AUDIT cannot be written (${reason}): nothing more was changed`);
  }
}

export interface Ending {
  readonly status: AnnouncedStatus;
  readonly detail?: string;
}

/**
 * Announces something, and waits until that is stored.
 *
 * @param draft the record of how it stands
 * @throws AuditUnavailable when it is not to be done
 */
export async function announce(
  { outbox, announceMs }: Pick<AnnouncedOptions, "outbox" | "announceMs">,
  draft: (ending: Ending) => AuditDraft,
): Promise<void> {
  if (outbox.blocked !== undefined) throw new AuditUnavailable(outbox.blocked);
  outbox.begin();
  const announcement = draft({ status: "requested" });
  outbox.take(announcement);
  if (await outbox.stored(announcement.id, announceMs)) return;
  // The announcement may still be stored: then this is stored after it.
  outbox.take(draft({ status: "refused", detail: "audit-unavailable" }));
  throw new AuditUnavailable(`the announcement was not stored within ${announceMs} ms`);
}

/** A change is announced and stored, then made, then it is told how it went. */
export async function announced<T>(
  options: AnnouncedOptions,
  draft: (told: Ending & { readonly operation: string; readonly nowMs: number }) => AuditDraft,
  { make, endingOf }: { make: () => Promise<T>; endingOf: (outcome: T) => Ending },
): Promise<T> {
  const { outbox, clock } = options;
  const operation = randomUUID();
  const told = (ending: Ending) => draft({ ...ending, operation, nowMs: clock() });
  await announce(options, told);
  try {
    const outcome = await make();
    outbox.take(told(endingOf(outcome)));
    return outcome;
  } catch (error) {
    outbox.take(told({ status: "unknown" }));
    throw error;
  }
}
