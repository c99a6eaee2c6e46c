import type { ExceptionOutcome } from "../exceptions/exception-change.ts";
import type { ExceptionChange } from "../exceptions/exception-schema.ts";
import { type AnnouncedOptions, announced, type Ending } from "./announced.ts";
import { exceptionEvent } from "./exception-event.ts";

/** Makes a change of what hides findings: announced and stored, then made, then told how it went. */
export type ExceptionJournal = (
  change: ExceptionChange,
  make: () => Promise<ExceptionOutcome>,
) => Promise<ExceptionOutcome>;

export const exceptionJournal =
  (options: AnnouncedOptions): ExceptionJournal =>
  (change, make) =>
    announced(options, (told) => exceptionEvent(change, told), { make, endingOf });

/** Nobody answered: it may have been made all the same. */
function endingOf(outcome: ExceptionOutcome): Ending {
  if (outcome.refused === undefined) return { status: "done" };
  if (outcome.refused === "unavailable") return { status: "unknown", detail: outcome.refused };
  return { status: "refused", detail: outcome.refused };
}
