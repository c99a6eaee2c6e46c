import { randomBytes, randomUUID } from "node:crypto";
import { type AuditKind, subjects } from "../contract/subjects.ts";
import { canonicalJson } from "../shared/canonical-json.ts";
import type { SignedHead } from "./audit-head.ts";
import { type AuditDraft, type AuditRecord, ocsfMetadata } from "./audit-record.ts";
import type { AuditSigner } from "./audit-signer.ts";
import { type ChainLink, recordDigest, timeOf } from "./chain-link.ts";

export interface ChainOptions {
  readonly kind: AuditKind;
  /** Of the replica. One run of it is one writer. */
  readonly name: string;
  readonly signer: AuditSigner;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Chains the records of one writer: each carries the digest of the one before, so that none can
 * be changed or taken out afterwards without a trace, and is signed, so that nobody else can make the
 * chain anew. A new run of a replica is a new writer: it
 * cannot know what became of the last records of the run before.
 */
export class AuditChain {
  readonly writer: string;
  readonly #options: ChainOptions;
  readonly #started: number;
  #next = 0;
  #previous: string | undefined;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#started = Math.floor(options.clock());
    this.writer = `${options.name}-${randomBytes(8).toString("hex")}`;
  }

  /**
   * Gives a draft its place. Every record that is linked must be sent.
   *
   * @param oldest the first record that is not stored yet; undefined when all are.
   */
  link(draft: AuditDraft, oldest: AuditRecord | undefined): AuditRecord {
    const { id, subject, event } = draft;
    const sequence = this.#next++;
    const chain: ChainLink = {
      writer: this.writer,
      started: this.#started,
      sequence,
      settled: oldest?.sequence ?? sequence,
      previous: this.#previous,
    };
    const unmapped = { ...(event["unmapped"] as object | undefined), chain };
    const body = canonicalJson({ ...event, unmapped });
    const digest = recordDigest(subject, body);
    this.#previous = digest;
    const head = this.#options.signer.sign({
      ...{ writer: this.writer, sequence, digest },
      time: timeOf(event),
    });
    return { id, subject, sequence, body: Buffer.from(body), head };
  }

  /** Begins the chain. */
  opening(): AuditDraft {
    return this.#marker(3, "Start");
  }

  /** Says how far the chains of others were, so that none of them can be cut off or taken out unseen. */
  heads(heads: readonly SignedHead[]): AuditDraft {
    return this.#marker(99, "Heads", { unmapped: { heads } });
  }

  /** Says that nothing follows and nothing is missing. */
  closing(): AuditDraft {
    return this.#marker(4, "Stop");
  }

  /** An OCSF 1.8 Application Lifecycle event (class 6002), on a subject where no reader of decisions looks. */
  #marker(activity: number, name: string, more = {}): AuditDraft {
    const id = randomUUID();
    const { kind, clock, name: replica } = this.#options;
    const metadata = ocsfMetadata(id, kind);
    const event = {
      class_uid: 6002,
      class_name: "Application Lifecycle",
      category_uid: 6,
      category_name: "Application Activity",
      activity_id: activity,
      activity_name: name,
      type_uid: 600200 + activity,
      time: Math.round(clock()),
      severity_id: 1,
      app: { ...metadata.product, uid: replica },
      metadata,
      ...more,
    };
    return { id, subject: subjects.auditChain(kind, this.writer), event };
  }
}

/** True for the record that closes a chain. */
export function closesChain(subject: string, event: unknown): boolean {
  const { class_uid, activity_id } = event as { class_uid?: unknown; activity_id?: unknown };
  return subject.startsWith("audit.chain.") && class_uid === 6002 && activity_id === 4;
}
