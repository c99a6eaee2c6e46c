import type { ExceptionJournal } from "../../audit/exception-journal.ts";
import type { Exception, NewException } from "../../exceptions/exception.ts";
import { changeException, type ExceptionOutcome } from "../../exceptions/exception-change.ts";
import { type ExceptionPreview, previewException } from "../../exceptions/exception-preview.ts";
import type { ExceptionChange } from "../../exceptions/exception-schema.ts";
import { storedExceptions } from "../../exceptions/stored-exceptions.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { type IncidentBook, listedLimit } from "../incidents/incident-book.ts";

/** What the API knows of what hides findings, and may ask for. */
export interface ExceptionDesk {
  readonly list: (state: "in-force" | "ended") => Promise<readonly Exception[]>;
  readonly preview: (wanted: Pick<NewException, "scope" | "critical">) => Promise<ExceptionPreview>;
  /** On record before it is made. */
  readonly change: (change: ExceptionChange) => Promise<ExceptionOutcome>;
}

export function openExceptionDesk(
  connection: NatsConnection,
  book: Pick<IncidentBook, "page">,
  journal: ExceptionJournal,
): ExceptionDesk {
  return {
    list: (state) => storedExceptions(connection, state),
    preview: (wanted) => {
      const closed = { rule: wanted.scope.rule, status: "closed" } as const;
      const { incidents } = book.page(closed, { after: undefined, limit: listedLimit });
      return previewException(connection, wanted, { incidents, nowMs: Date.now() });
    },
    change: (change) =>
      journal(change, () => changeException({ connection, asker: "console" }, change)),
  };
}
