import type { StreamMark } from "../../shared/stream-sight.ts";
import type { Cursor } from "./cursor.ts";
import type { OwnLease } from "./lease.ts";
import type { PartitionReader } from "./partition-reader.ts";
import type { SettledPosition } from "./settled-position.ts";

/** A partition that this replica owns. */
export interface HeldPartition {
  readonly lease: OwnLease;
  readonly cursor: Cursor;
  readonly reader: PartitionReader;
  /** How far the cursor was when all that it was past had settled. */
  readonly settled: SettledPosition;
  /** Where the cursor stood when the log was last seen to be the one that it belongs to. */
  confirmed: StreamMark;
  /** Since when it is known, by a monotonic clock, that the log is another one by now. */
  replacedMs: number | undefined;
  /** Since when nothing of it is in flight any more, while it is leaving. */
  settledMs: number | undefined;
  /** Set once it is to be handed back: nothing more is read, what is in flight goes on. */
  leaving: boolean;
}
