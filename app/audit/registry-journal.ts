import { randomUUID } from "node:crypto";
import type { ChangeIntent, ChangeJournal, RegistryChange } from "../registry/registry-change.ts";
import { DeviceConflict, UnreadableDevice } from "../registry/registry-errors.ts";
import { type AnnouncedOptions, announce, type Ending } from "./announced.ts";
import type { AuditDraft } from "./audit-record.ts";
import { changeEvent, intentEvent } from "./registry-event.ts";

/**
 * Records registry changes ahead: announced and stored, then made, then told how it went. So there
 * is no change without a record, and of an announced one that nobody tells the end of, the table's
 * own version says whether it was made.
 */
export class RegistryJournal implements ChangeJournal {
  readonly #options: AnnouncedOptions;

  constructor(options: AnnouncedOptions) {
    this.#options = options;
  }

  async change<T>(
    intent: ChangeIntent,
    write: (done: (change: RegistryChange) => void) => Promise<T>,
  ): Promise<T> {
    const { outbox } = this.#options;
    const operation = randomUUID();
    await announce(this.#options, (ending) => this.#draft(intent, operation, ending));
    const open = new Set(intent.clientIds);
    const endOpen = (ending: Ending) => {
      if (open.size === 0) return;
      outbox.take(this.#draft({ ...intent, clientIds: [...open] }, operation, ending));
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

  #draft(intent: ChangeIntent, operation: string, ending: Ending): AuditDraft {
    return intentEvent(intent, { ...ending, operation, nowMs: this.#options.clock() });
  }
}

/** An error of the registry's own says that nothing was written; any other leaves it open. */
function endingOf(error: unknown): Ending {
  if (error instanceof DeviceConflict) return { status: "refused", detail: error.code };
  if (error instanceof UnreadableDevice) return { status: "refused", detail: "unreadable" };
  return { status: "unknown", detail: error instanceof Error ? error.name : "error" };
}
