import { randomUUID } from "node:crypto";
import type { ExceptionOutcome } from "../exceptions/exception-change.ts";
import type { ExceptionChange } from "../exceptions/exception-schema.ts";
import { announce, type Ending } from "./announced.ts";
import { exceptionEvent } from "./exception-event.ts";
import type { JournalOptions } from "./registry-journal.ts";

/** Makes a change of what hides findings: announced and stored, then made, then told how it went. */
export type ExceptionJournal = (
  change: ExceptionChange,
  make: () => Promise<ExceptionOutcome>,
) => Promise<ExceptionOutcome>;

export const exceptionJournal =
  (options: JournalOptions): ExceptionJournal =>
  async (change, make) => {
    const { outbox, clock } = options;
    const operation = randomUUID();
    const draft = (ending: Ending) =>
      exceptionEvent(change, { ...ending, operation, nowMs: clock() });
    await announce(options, draft);
    try {
      const outcome = await make();
      outbox.take(draft(endingOf(outcome)));
      return outcome;
    } catch (error) {
      outbox.take(draft({ status: "unknown" }));
      throw error;
    }
  };

/** Nobody answered: it may have been made all the same. */
function endingOf(outcome: ExceptionOutcome): Ending {
  if (outcome.refused === undefined) return { status: "done" };
  if (outcome.refused === "unavailable") return { status: "unknown", detail: outcome.refused };
  return { status: "refused", detail: outcome.refused };
}
