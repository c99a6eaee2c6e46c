import type { MirrorSource } from "./peers.ts";
import { type StreamBounds, type StreamName, streamBounds } from "./stream-bounds.ts";

/** Durations as JetStream takes them, in nanoseconds. */
export const seconds = (n: number) => n * 1_000_000_000;
export const hours = (n: number) => seconds(n * 3600);
export const days = (n: number) => hours(n * 24);

/** A stream in the form of the JetStream API: durations in nanoseconds, sizes in bytes. */
export interface StreamDefinition {
  readonly name: string;
  readonly description: string;
  readonly subjects: string[];
  readonly retention: "limits";
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  readonly discard: "old" | "new";
  readonly max_age: number;
  readonly max_bytes: number;
  readonly max_msgs_per_subject: number;
  readonly duplicate_window: number;
  readonly allow_direct: boolean;
  readonly allow_rollup_hdrs: boolean;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
  /** Whether several messages may be stored together or not at all. */
  readonly allow_atomic?: boolean;
  /** Whether a message may go away before the others. */
  readonly allow_msg_ttl?: boolean;
  readonly subject_transform?: { readonly src: string; readonly dest: string };
  readonly republish?: { readonly src: string; readonly dest: string };
}

/** A copy of another region's stream. It takes nothing in but what it reads there. */
export interface MirrorDefinition
  extends Omit<StreamDefinition, "subjects" | "duplicate_window" | "subject_transform"> {
  readonly mirror: MirrorSource;
  /** Answers direct reads too, as the stream itself does. */
  readonly mirror_direct: boolean;
}

/** What differs between a laptop and a region in the cloud. */
export interface StreamScale {
  /** Copies of each message: 3 in production, 1 only where a single server is enough. */
  readonly replicas: number;
  /** What each stream may hold. `stream-bounds.ts` says what happens when it is full. */
  readonly maxBytes: StreamBounds;
  /** How long an alert can be caught up on, in hours. */
  readonly alertRetentionHours: number;
  /** How long an incident is kept after its last change, in days. Defaults to `incidentDays`. */
  readonly incidentDays?: number;
  /** Of the log of each lane. Defaults to `partitionCount`. */
  readonly partitions?: number;
}

export const defaultScale: StreamScale = {
  replicas: 3,
  maxBytes: streamBounds,
  alertRetentionHours: 72,
};

/** What is said of one stream. */
type Particulars = Pick<StreamDefinition, "description" | "subjects"> & {
  readonly name: StreamName;
} & Partial<StreamDefinition>;

/** With what holds of all streams unless it is said otherwise. */
export function stream(scale: StreamScale, particulars: Particulars): StreamDefinition {
  return {
    retention: "limits",
    storage: "file",
    num_replicas: scale.replicas,
    discard: "old",
    max_age: 0,
    max_bytes: scale.maxBytes[particulars.name],
    max_msgs_per_subject: -1,
    duplicate_window: hours(2),
    allow_direct: true,
    allow_rollup_hdrs: false,
    deny_delete: true,
    deny_purge: false,
    ...particulars,
  };
}
