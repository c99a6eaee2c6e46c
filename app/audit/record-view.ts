import { auditKindOf } from "../contract/subjects.ts";
import { printable } from "../shared/printable.ts";
import { eventIn, type StoredRecord } from "./stored-record.ts";

/** What a record of AUDIT says, in words that are harmless to whoever reads them. */
export interface RecordView {
  /** In the stream. */
  readonly sequence: number;
  readonly time: string;
  /** Such as `auth`; `other` for what is no record of ours. */
  readonly kind: string;
  /** Who did it: a person's name, or the device that logged in. */
  readonly who?: string;
  /** The device that it is about. */
  readonly device?: string;
  /** What else it is about: how many devices, or an exception by its id. */
  readonly about?: string;
  readonly what: string;
  readonly outcome?: string;
  readonly detail?: string;
}

type Event = Readonly<Record<string, unknown>>;

const textLimit = 300;

function textAt(event: Event, ...path: readonly string[]): string | undefined {
  let value: unknown = event;
  for (const key of path) value = (value as Event | null | undefined)?.[key];
  const isText = typeof value === "string" || typeof value === "number";
  return isText && value !== "" ? printable(String(value), textLimit) : undefined;
}

/** Each kind of record names its parts as OCSF's class of event does. */
function partsOf(event: Event): Omit<RecordView, "sequence" | "time" | "kind"> {
  const device = textAt(event, "entity", "uid") ?? textAt(event, "user", "uid");
  const about = textAt(event, "entity", "name");
  const who = textAt(event, "actor", "user", "name") ?? textAt(event, "user", "name");
  const what =
    textAt(event, "unmapped", "change") ??
    textAt(event, "unmapped", "decision") ??
    textAt(event, "activity_name") ??
    textAt(event, "class_name") ??
    "?";
  const outcome = textAt(event, "status");
  const detail =
    textAt(event, "status_detail") ??
    textAt(event, "message") ??
    textAt(event, "src_endpoint", "ip");
  return {
    what,
    ...(who !== undefined && { who }),
    ...(device !== undefined && { device }),
    ...(about !== undefined && { about }),
    ...(outcome !== undefined && { outcome }),
    ...(detail !== undefined && { detail }),
  };
}

/** Never throws: what is no record of ours is told as such. */
export function recordView(record: StoredRecord): RecordView {
  const { sequence, storedAt, subject, body } = record;
  const event = eventIn(body);
  const isEvent = typeof event === "object" && event !== null && !Array.isArray(event);
  const happened = isEvent ? Number((event as Event)["time"]) : Number.NaN;
  const time = new Date(Number.isFinite(happened) ? happened : storedAt);
  return {
    sequence,
    time: (Number.isNaN(time.getTime()) ? new Date(storedAt) : time).toISOString(),
    kind: auditKindOf(subject) ?? "other",
    ...(isEvent ? partsOf(event as Event) : { what: "not a record of ours" }),
  };
}
