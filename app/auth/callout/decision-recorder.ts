import type { AuditOutbox } from "../../audit/audit-outbox.ts";
import type { AuditDraft } from "../../audit/audit-record.ts";
import { auditRecord } from "../../audit/authentication-event.ts";
import { addressKey } from "../../shared/address-key.ts";
import type { CalloutRequest } from "./callout-request.ts";
import type { Decision } from "./decide.ts";
import { type RefusalCode, refuse } from "./refusal.ts";

export interface RecorderOptions {
  readonly outbox: Pick<AuditOutbox, "offer" | "noteUnrecorded" | "blocked" | "size">;
  /** Records in the outbox from which on refusals are counted: the rest is for admissions. */
  readonly refusalRecords: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A refusal got no record of its own. */
  readonly onCounted: () => void;
}

export interface Recorded {
  readonly decision: Decision;
  /** It has a record of its own. */
  readonly single: boolean;
}

interface Repeated {
  /** The first of its kind; undefined where kinds are lumped together. */
  readonly request: CalloutRequest | undefined;
  readonly code: RefusalCode;
  sinceMs: number;
  count: number;
}

/** Refusals before anything was looked at: the next one says no more than the one before. */
const alike: ReadonlySet<RefusalCode> = new Set([
  "rate-limited",
  "locked-out",
  "overloaded",
  "request-expired",
]);
/** Kinds that are told apart by their address; those beyond are counted by their code. */
const kindLimit = 1_000;

/**
 * Writes each decision into the audit. An admission always has a record of its own: one that cannot
 * be written down is none. Of refusals by a limit the first from an address has one, the others are
 * in a count of that address, and so are all refusals while the outbox is half full. Otherwise
 * whoever is refused often enough could fill it, and with it shut out everybody.
 */
export class DecisionRecorder {
  readonly #options: RecorderOptions;
  readonly #kinds = new Map<string, Repeated>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** @param known the registry has this id. */
  record(request: CalloutRequest | undefined, decision: Decision, known: boolean): Recorded {
    const { outbox, clock, onCounted } = this.#options;
    const code = decision.outcome === "refuse" ? decision.code : undefined;
    if (code !== undefined && outbox.blocked === undefined && this.#isCounted(request, code)) {
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

  /** Records the counts. To be called every few seconds, and at the end. */
  flush(): void {
    for (const [key, kind] of this.#kinds) {
      if (kind.count === 0) this.#kinds.delete(key);
      else if (this.#options.outbox.offer(this.#summary(kind))) kind.count = 0;
    }
  }

  #isCounted(request: CalloutRequest | undefined, code: RefusalCode): boolean {
    const crowded = this.#options.outbox.size >= this.#options.refusalRecords;
    if (!crowded && !alike.has(code)) return false;
    const { kind, isNew } = this.#kindOf(request, code);
    if (isNew && !crowded) return false;
    if (kind.count === 0) kind.sinceMs = this.#options.clock();
    kind.count++;
    return true;
  }

  #kindOf(request: CalloutRequest | undefined, code: RefusalCode) {
    let key = `${code} ${request ? addressKey(request.address) : ""}`;
    const apart = this.#kinds.has(key) || this.#kinds.size < kindLimit;
    if (!apart) key = code;
    const known = this.#kinds.get(key);
    if (known) return { kind: known, isNew: false };
    const kind: Repeated = { request: apart ? request : undefined, code, sinceMs: 0, count: 0 };
    this.#kinds.set(key, kind);
    return { kind, isNew: true };
  }

  #summary({ request, code, sinceMs, count }: Repeated): AuditDraft {
    const nowMs = this.#options.clock();
    const draft = auditRecord({ request, code, known: false, nowMs });
    const span = { count, start_time: Math.round(sinceMs), end_time: Math.round(nowMs) };
    return { ...draft, event: { user: { name: "_" }, ...draft.event, ...span } };
  }
}
