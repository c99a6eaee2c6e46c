import { z } from "zod";
import { auditKindOf } from "../contract/subjects.ts";
import type { AuditKeyRing } from "./audit-key-ring.ts";
import { headOf } from "./audit-verifier.ts";
import { linkOf } from "./chain-link.ts";
import { eventIn, type StoredRecord } from "./stored-record.ts";

/** What AUDIT says that a device's record is. */
export interface AuditedDevice {
  readonly deleted: boolean;
  readonly version: number;
  /** Of the record; changes from before it was kept have none. */
  readonly digest: string | undefined;
}

const ChangeSchema = z.object({
  class_uid: z.literal(3004),
  activity_id: z.int(),
  status_id: z.int(),
  entity: z.object({
    uid: z.string().optional(),
    version: z.string().regex(/^\d+$/).optional(),
    data: z
      .object({ uids: z.array(z.string()).optional(), sha256: z.string().optional() })
      .optional(),
  }),
  metadata: z.object({ correlation_uid: z.string() }),
});
type Change = z.infer<typeof ChangeSchema>;

/** OCSF Entity Management. */
const deleteActivity = 4;
const status = { unknown: 0, success: 1, requested: 99 } as const;

interface Known extends AuditedDevice {
  readonly storedAt: number;
  readonly writer: string;
  readonly sequence: number;
}

/**
 * The device table as the audited changes make it: the last successful change of each device,
 * which it holds in memory. Records that no writer of the region has signed count for nothing.
 */
export class AuditedDevices {
  readonly #keys: AuditKeyRing;
  readonly #devices = new Map<string, Known>();
  /** Devices of which a change was announced, by operation, as long as nobody told its end. */
  readonly #open = new Map<string, Set<string>>();
  /** From when on every change is there, in milliseconds since 1970: what came before was taken by retention. */
  #completeSince = Number.NEGATIVE_INFINITY;
  disbelieved = 0;

  constructor(keys: AuditKeyRing) {
    this.#keys = keys;
  }

  get completeSince(): number {
    return this.#completeSince;
  }

  /** One of the sources begins then, and had records before. */
  cut(atMs: number | undefined): void {
    if (atMs !== undefined) this.#completeSince = Math.max(this.#completeSince, atMs);
  }

  /** Any record of AUDIT; those that are no change of the registry say nothing. */
  add(record: StoredRecord | undefined): void {
    if (!record) return;
    const event = eventIn(record.body);
    const change = ChangeSchema.safeParse(event).data;
    if (!change || !record.subject.startsWith("audit.registry.")) return;
    if (!this.#isBelieved(record)) {
      this.disbelieved++;
      return;
    }
    const { writer, sequence } = linkOf(event) ?? { writer: "", sequence: 0 };
    this.#note(change, { storedAt: record.storedAt, writer, sequence });
  }

  get(clientId: string): AuditedDevice | undefined {
    return this.#devices.get(clientId);
  }

  /** Devices that exist as far as AUDIT says. */
  *existing(): Generator<string> {
    for (const [clientId, { deleted }] of this.#devices) if (!deleted) yield clientId;
  }

  /** Devices of which a change was announced whose end is not known. */
  unfinished(): ReadonlySet<string> {
    return new Set([...this.#open.values()].flatMap((ids) => [...ids]));
  }

  #note(change: Change, at: Pick<Known, "storedAt" | "writer" | "sequence">): void {
    const { entity, metadata, status_id, activity_id } = change;
    const ids = entity.data?.uids ?? (entity.uid === undefined ? [] : [entity.uid]);
    const open = this.#open.get(metadata.correlation_uid) ?? new Set();
    if (status_id === status.requested || status_id === status.unknown) {
      for (const id of ids) open.add(id);
      this.#open.set(metadata.correlation_uid, open);
      return;
    }
    for (const id of ids) open.delete(id);
    if (open.size === 0) this.#open.delete(metadata.correlation_uid);
    if (status_id !== status.success || entity.uid === undefined) return;
    const known = this.#devices.get(entity.uid);
    // A writer's own records may overtake one another.
    const overtaken = known?.writer === at.writer && known.sequence > at.sequence;
    if (overtaken || (known && known.storedAt > at.storedAt)) return;
    this.#devices.set(entity.uid, {
      ...at,
      deleted: activity_id === deleteActivity,
      version: Number(entity.version ?? 0),
      digest: entity.data?.sha256,
    });
  }

  #isBelieved(record: StoredRecord): boolean {
    const head = headOf(record);
    const kind = auditKindOf(record.subject);
    if (head)
      return (
        kind !== undefined && this.#keys.mayWrite(head.signature, kind) && this.#keys.believes(head)
      );
    const started = linkOf(eventIn(record.body))?.started;
    return started !== undefined && started < (this.#keys.unsignedBefore ?? 0);
  }
}
