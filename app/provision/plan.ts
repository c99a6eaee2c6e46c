import type { MirrorDefinition, StreamDefinition } from "../contract/streams.ts";

export type Step =
  | { readonly kind: "create" | "unchanged"; readonly stream: string }
  | { readonly kind: "update"; readonly stream: string; readonly changes: readonly Change[] }
  | { readonly kind: "refuse"; readonly stream: string; readonly reasons: readonly string[] };

export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that nats-server does not change, or not without losing what is stored. */
const fixed = ["name", "retention", "storage", "subject_transform", "mirror"];
/** A smaller value makes the server delete messages. Zero and minus one mean "no limit". */
const shrinking = ["max_age", "max_bytes", "max_msgs_per_subject"];

const isUnlimited = (value: unknown) => value === 0 || value === -1 || value === undefined;

function differs(from: unknown, to: unknown): boolean {
  return JSON.stringify(from ?? null) !== JSON.stringify(to ?? null);
}

function subset(part: unknown, whole: unknown): boolean {
  return Array.isArray(part) && Array.isArray(whole) && part.every((item) => whole.includes(item));
}

/** Why a change would lose messages or a guarantee, or undefined when it is safe. */
function danger(change: Change, current: Fields): string | undefined {
  const { field, from, to } = change;
  const shown = `${field} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
  if (fixed.includes(field)) return `cannot change ${shown} while the stream holds messages`;
  if (
    shrinking.includes(field) &&
    !isUnlimited(to) &&
    (isUnlimited(from) || Number(to) < Number(from))
  ) {
    // A full stream that refuses new messages deletes nothing when its limit is lowered.
    const deletesByLimit = field === "max_age" || current["discard"] === "old";
    if (deletesByLimit) return `changing ${shown} would delete stored messages`;
  }
  if (field === "subjects" && !subset(from, to))
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
 * Fields of the server's configuration that the contract does not name are left alone.
 */
export function planStream(
  desired: StreamDefinition | MirrorDefinition,
  current: Fields | undefined,
): Step {
  const stream = desired.name;
  if (!current) return { kind: "create", stream };
  const changes = Object.entries(desired)
    .filter(([field, to]) => differs(current[field], to))
    .map(([field, to]) => ({ field, from: current[field], to }));
  if (changes.length === 0) return { kind: "unchanged", stream };
  const reasons = changes.flatMap((change) => danger(change, current) ?? []);
  return reasons.length > 0
    ? { kind: "refuse", stream, reasons }
    : { kind: "update", stream, changes };
}
