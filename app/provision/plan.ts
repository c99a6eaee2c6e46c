import type { MqttStreamDefinition } from "../contract/mqtt-streams.ts";
import { partitionsOf } from "../contract/partitions.ts";
import type { MirrorDefinition, StreamDefinition } from "../contract/stream-definition.ts";
import { closedSubject } from "../contract/streams.ts";

export type Step =
  | { readonly kind: "create" | "unchanged"; readonly stream: string }
  | {
      /** `repartition`: only while the log is empty. */
      readonly kind: "update" | "repartition";
      readonly stream: string;
      readonly changes: readonly Change[];
    }
  | { readonly kind: "refuse"; readonly stream: string; readonly reasons: readonly string[] };

export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** A stream as the server has it. */
export interface CurrentStream {
  readonly config: object;
  /** What it holds, in bytes. */
  readonly bytes: number;
}

/** Fields that nats-server does not change, or not without harm to what is stored. */
const fixed = ["name", "retention", "storage", "subject_transform", "mirror"];
/** What a stream does no longer when the contract does not name it. Other fields are left alone then. */
export const unlessNamed: { readonly republish: undefined } = { republish: undefined };
/** A smaller value makes the server delete messages. Zero and minus one mean "no limit". */
const shrinking = ["max_age", "max_bytes", "max_msgs_per_subject"];

const isUnlimited = (value: unknown) => value === 0 || value === -1 || value === undefined;

function differs(from: unknown, to: unknown): boolean {
  return JSON.stringify(from ?? null) !== JSON.stringify(to ?? null);
}

/** Where a mirror began is decided when it is made, and no part of the contract. */
function withoutStart(field: string, value: unknown): unknown {
  if (field !== "mirror" || typeof value !== "object" || value === null) return value;
  const { opt_start_time: _, opt_start_seq: __, ...kept } = value as Fields;
  return kept;
}

/** Whether every subject is still stored. */
function keepsSubjects(stream: string, from: unknown, to: unknown): boolean {
  if (!Array.isArray(from) || !Array.isArray(to)) return false;
  if (from.length === 1 && from[0] === closedSubject(stream)) return true;
  return from.every((item) => to.includes(item));
}

/** Whether a log is split into another number of partitions, and nothing else about its subjects. */
function isRepartition({ field, from, to }: Change): boolean {
  if (field !== "subject_transform") return false;
  const [old, fresh] = [from, to] as Partial<Record<"src" | "dest", string>>[];
  return (
    old?.src === fresh?.src &&
    partitionsOf(old?.dest) !== undefined &&
    partitionsOf(fresh?.dest) !== undefined
  );
}

/** Why a change would lose messages or a guarantee, or undefined when it is safe. */
function danger(change: Change, stream: string, current: CurrentStream): string | undefined {
  const { field, from, to } = change;
  const config = current.config as Fields;
  const shown = `${field} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
  if (isRepartition(change)) return undefined;
  if (fixed.includes(field)) return `cannot change ${shown} while the stream holds messages`;
  if (
    shrinking.includes(field) &&
    !isUnlimited(to) &&
    (isUnlimited(from) || Number(to) < Number(from))
  ) {
    // A full stream that refuses new messages deletes nothing when its limit is lowered, nor does
    // one that holds less than its new limit.
    const room = field === "max_bytes" && current.bytes <= Number(to);
    const deletesByLimit = field === "max_age" || config["discard"] === "old";
    if (deletesByLimit && !room) return `changing ${shown} would delete stored messages`;
  }
  if (field === "subjects" && !keepsSubjects(stream, from, to))
    return `changing ${shown} would stop storing a subject`;
  if (field === "num_replicas" && Number(to) < Number(from))
    return `changing ${shown} would drop copies`;
  if (field === "discard" && to === "old")
    return `changing ${shown} would allow deleting unread messages`;
  if ((field === "deny_delete" || field === "deny_purge") && from === true)
    return `changing ${shown} is not possible: the server keeps a deny for ever`;
  return undefined;
}

/**
 * What it takes to bring one stream from what the server has to what the contract says.
 * Fields of the server's configuration that the contract does not name are left alone, but for republishing.
 */
export function planStream(
  desired: StreamDefinition | MirrorDefinition | MqttStreamDefinition,
  current: CurrentStream | undefined,
): Step {
  const stream = desired.name;
  if (!current) return { kind: "create", stream };
  const config = current.config as Fields;
  const changes = Object.entries({ ...unlessNamed, ...desired })
    .filter(([field, to]) => differs(withoutStart(field, config[field]), to))
    .map(([field, to]) => ({ field, from: config[field], to }));
  if (changes.length === 0) return { kind: "unchanged", stream };
  const reasons = changes.flatMap((change) => danger(change, stream, current) ?? []);
  if (reasons.length > 0) return { kind: "refuse", stream, reasons };
  return { kind: changes.some(isRepartition) ? "repartition" : "update", stream, changes };
}
