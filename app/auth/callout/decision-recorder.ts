import type { AuditOutbox } from "../../audit/audit-outbox.ts";
import type { AuditDraft } from "../../audit/audit-record.ts";
import { auditRecord } from "../../audit/authentication-event.ts";
import type { CalloutRequest } from "./callout-request.ts";
import { type Counted, CountedRefusals, type RefusalRecordLimits } from "./counted-refusals.ts";
import type { Decision } from "./decide.ts";
import { type RefusalCode, refuse } from "./refusal.ts";
import { type CountedLogins, RepeatedLogins } from "./repeated-logins.ts";

/** What bounds the records of one replica. */
export interface RecordLimits {
  readonly refusals: RefusalRecordLimits;
  /** Admissions of one device from one address in an hour that have a record each. */
  readonly loginsPerHour: number;
}

export interface RecorderOptions {
  readonly outbox: Pick<AuditOutbox, "offer" | "take" | "noteUnrecorded" | "blocked" | "size">;
  readonly limits: RecordLimits;
  /** Records in the outbox from which on refusals are counted: the rest is for admissions. */
  readonly refusalRecords: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A decision got no record of its own. */
  readonly onCounted: () => void;
}

export interface Recorded {
  readonly decision: Decision;
  /** It has a record of its own. */
  readonly single: boolean;
}

/**
 * Writes each decision into the audit, on its own or as part of a count. Nobody is admitted while
 * nothing can be written. What anybody can cause without end makes few records: refusals share a
 * budget, and so do the logins of a device that come again and again. Otherwise whoever is refused
 * often enough could fill the outbox or AUDIT itself, and with it shut out everybody.
 */
export class DecisionRecorder {
  readonly #options: RecorderOptions;
  /** Apart, so that strangers cannot use up what is kept for the ids that the registry has. */
  readonly #refusals: { readonly known: CountedRefusals; readonly strange: CountedRefusals };
  readonly #logins: RepeatedLogins;

  constructor(options: RecorderOptions) {
    const { limits, clock } = options;
    this.#options = options;
    this.#refusals = {
      known: new CountedRefusals(limits.refusals, clock),
      strange: new CountedRefusals(limits.refusals, clock),
    };
    this.#logins = new RepeatedLogins(limits.loginsPerHour, clock);
  }

  /** @param known the registry has this id. */
  record(request: CalloutRequest | undefined, decision: Decision, known: boolean): Recorded {
    const { outbox, clock, onCounted } = this.#options;
    const code = decision.outcome === "refuse" ? decision.code : undefined;
    if (outbox.blocked === undefined && this.#isCounted(request, code, known)) {
      onCounted();
      return { decision, single: false };
    }
    if (outbox.offer(auditRecord({ request, code, known, nowMs: clock() }))) {
      return { decision, single: true };
    }
    outbox.noteUnrecorded();
    onCounted();
    return { decision: code === undefined ? refuse("audit-unavailable") : decision, single: false };
  }

  /** Records the counts that are due; at the end all, whatever waits already. */
  flush(options = { last: false }): void {
    const { outbox } = this.#options;
    const put = (draft: AuditDraft) => {
      if (!options.last) return outbox.offer(draft);
      outbox.take(draft);
      return true;
    };
    const refused = (counted: Counted) => put(this.#summary(counted, counted.code));
    this.#refusals.known.tell(refused, options);
    this.#refusals.strange.tell(refused, options);
    this.#logins.tell((counted) => put(this.#summary(counted, undefined)), options);
  }

  #isCounted(request: CalloutRequest | undefined, code: RefusalCode | undefined, known: boolean) {
    if (code === undefined) return request !== undefined && !this.#logins.takesSingle(request);
    const refusals = this.#refusals[known ? "known" : "strange"];
    const crowded = this.#options.outbox.size >= this.#options.refusalRecords;
    if (!crowded && refusals.takesSingle(request, code)) return false;
    refusals.count(request, code);
    return true;
  }

  #summary(counted: Counted | CountedLogins, code: RefusalCode | undefined): AuditDraft {
    const { request, sinceMs, count } = counted;
    const nowMs = this.#options.clock();
    // Logins are one device's; refusals of an address may be many's.
    const draft = auditRecord({ request, code, known: code === undefined, nowMs });
    const span = { count, start_time: Math.round(sinceMs), end_time: Math.round(nowMs) };
    return { ...draft, event: { user: { name: "_" }, ...draft.event, ...span } };
  }
}
