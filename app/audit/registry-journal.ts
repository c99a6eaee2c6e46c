import { randomUUID } from "node:crypto";
import type { ChangeIntent, ChangeJournal, RegistryChange } from "../registry/registry-change.ts";
import { DeviceConflict, UnreadableDevice } from "../registry/registry-errors.ts";
import type { AnnouncedStatus } from "./announced-status.ts";
import type { AuditOutbox } from "./audit-outbox.ts";
import { changeEvent, intentEvent } from "./registry-event.ts";

/** A change was not made, because AUDIT did not take its announcement. */
export class AuditUnavailable extends Error {
  override readonly name = "AuditUnavailable";

  constructor(reason: string) {
    super(`AUDIT cannot be written (${reason}): nothing more was changed`);
  }
}

export interface JournalOptions {
  readonly outbox: AuditOutbox;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** How long an announcement may take to be stored. */
  readonly announceMs: number;
}

/**
 * Records registry changes ahead: announced and stored, then made, then told how it went. So there
 * is no change without a record, and of an announced one that nobody tells the end of, the table's
 * own version says whether it was made.
 */
export class RegistryJournal implements ChangeJournal {
  readonly #options: JournalOptions;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  async change<T>(
    intent: ChangeIntent,
    write: (done: (change: RegistryChange) => void) => Promise<T>,
  ): Promise<T> {
    const { outbox } = this.#options;
    const operation = randomUUID();
    await this.#announce(intent, operation);
    const open = new Set(intent.clientIds);
    const endOpen = (ending: Ending) => {
      if (open.size > 0) this.#tell({ ...intent, clientIds: [...open] }, operation, ending);
    };
    try {
      const result = await write((change) => {
        open.delete(change.clientId);
        outbox.take(changeEvent(change, operation));
      });
      endOpen({ status: "refused", detail: "not-changed" });
      return result;
    } catch (error) {
      endOpen(endingOf(error));
      throw error;
    }
  }

  async #announce(intent: ChangeIntent, operation: string): Promise<void> {
    const { outbox, announceMs } = this.#options;
    if (outbox.blocked !== undefined) throw new AuditUnavailable(outbox.blocked);
    outbox.begin();
    const announcement = this.#tell(intent, operation, { status: "requested" });
    if (await outbox.stored(announcement, announceMs)) return;
    // The announcement may still be stored: then this is stored after it.
    this.#tell(intent, operation, { status: "refused", detail: "audit-unavailable" });
    throw new AuditUnavailable(`the announcement was not stored within ${announceMs} ms`);
  }

  #tell(intent: ChangeIntent, operation: string, ending: Ending): string {
    const { outbox, clock } = this.#options;
    const draft = intentEvent(intent, { ...ending, operation, nowMs: clock() });
    outbox.take(draft);
    return draft.id;
  }
}

interface Ending {
  readonly status: AnnouncedStatus;
  readonly detail?: string;
}

/** An error of the registry's own says that nothing was written; any other leaves it open. */
function endingOf(error: unknown): Ending {
  if (error instanceof DeviceConflict) return { status: "refused", detail: error.code };
  if (error instanceof UnreadableDevice) return { status: "refused", detail: "unreadable" };
  return { status: "unknown", detail: error instanceof Error ? error.name : "error" };
}
