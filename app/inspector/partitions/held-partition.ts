import type { Cursor } from "./cursor.ts";
import type { OwnLease } from "./lease.ts";
import type { PartitionReader } from "./partition-reader.ts";

/** A partition that this replica owns. */
export interface HeldPartition {
  readonly lease: OwnLease;
  readonly cursor: Cursor;
  readonly reader: PartitionReader;
  /** Set once it is to be handed back: nothing more is read, what is in flight goes on. */
  leaving: boolean;
}
