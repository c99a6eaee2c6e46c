/**
 * The log of each lane is split by client into this many partitions. The number is part of every
 * stored subject. Inspectors take it from the log that they read; `provision` changes it there.
 */
export const partitionCount = 12;

export const partitionIds = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, id) => id);

/** How a log's subjects become those that it stores, with any origin and any client. */
export const partitionedSubject = (count: number) =>
  `ingress.{{partition(${count},2)}}.{{wildcard(1)}}.{{wildcard(2)}}`;

/** Undefined for a log that is not split in our way. */
export function partitionsOf(subject: string | undefined): number | undefined {
  const count = Number(/\{\{partition\((\d+),2\)\}\}/.exec(subject ?? "")?.[1]);
  return count > 0 && subject === partitionedSubject(count) ? count : undefined;
}

/** Filter of one partition's messages in its lane's log. */
export const partitionFilter = (partition: number) => `ingress.${partition}.>`;

export const partitionKey = (partition: number) => `partition.${partition}`;
export const memberKey = (member: string) => `member.${member}`;
/**
 * Is there once every inspector that lives sends alerts to devices itself. Those before left that to
 * MQTT_ALERTS, which `provision` lets republish until then. Inspectors of that time are not started again.
 */
export const allSendKey = "all-send";

/**
 * One partition's cursor, lease and fence in a single entry, changed by compare-and-set on its
 * revision. `sequence` is the last one of the log whose results are stored downstream.
 * An empty `owner` means that the partition was handed back and may be taken at once.
 */
export interface PartitionEntry {
  readonly owner: string;
  readonly sequence: number;
  /** When the log was made to which the sequence belongs, as the server writes it. */
  readonly created: string;
  /** When it was last seen that the log is still that one, in the servers' milliseconds since 1970. */
  readonly at: number;
  /**
   * Of what was handed back: beyond this sequence nothing was decided yet. It is above `sequence` where
   * messages waited for one of their client's, and others did not, or where an owner before fell silent.
   */
  readonly decidedUpTo?: number;
}
