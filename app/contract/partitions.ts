/**
 * The log of each lane is split by client into this many partitions. The number is part of every
 * stored subject: changing it needs an empty log, which `provision` enforces.
 */
export const partitionCount = 12;

export const partitionIds: readonly number[] = Array.from({ length: partitionCount }, (_, i) => i);

/** Filter of one partition's messages in its lane's log. */
export const partitionFilter = (partition: number) => `ingress.${partition}.>`;

export const partitionKey = (partition: number) => `partition.${partition}`;
export const memberKey = (member: string) => `member.${member}`;

/**
 * One partition's cursor, lease and fence in a single entry, changed by compare-and-set on its
 * revision. `sequence` is the last one of the log whose results are stored downstream.
 * An empty `owner` means that the partition was handed back and may be taken at once.
 */
export interface PartitionEntry {
  readonly owner: string;
  readonly sequence: number;
}
