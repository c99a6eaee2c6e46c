/**
 * How far one partition is done: everything up to `position` is stored downstream.
 *
 * Sequences are those of the lane's log, which the partition shares with the others: they rise,
 * with gaps.
 */
export interface Cursor {
  readonly position: number;
  /** Messages taken and not yet stored downstream, but for those that were passed. */
  readonly inFlight: number;
  /** Takes a message in. False when it was taken before: a recreated consumer may repeat some. */
  readonly take: (sequence: number) => boolean;
  /**
   * A message that was taken is to be read again later, behind an earlier one of its client that is
   * in flight: the position stays below that one, so it needs no place of its own until then.
   */
  readonly pass: (sequence: number) => void;
  /** A message that was passed is in flight again. Call it before the earlier one is finished. */
  readonly reopen: (sequence: number) => void;
  /** The results of a message that was taken are stored. */
  readonly finish: (sequence: number) => void;
  /** The last message that was taken, or where reading started. */
  readonly lastTaken: () => number;
  /** Skips a stretch that is known to hold no message of the partition. Never goes back. */
  readonly skipTo: (sequence: number) => void;
}

export function createCursor(start: number): Cursor {
  const open = new Set<number>();
  let taken = start;
  let skipped = start;
  return {
    get position() {
      // Asked twice a second, of some thousands at most.
      let lowest = Number.POSITIVE_INFINITY;
      for (const sequence of open) lowest = Math.min(lowest, sequence);
      return open.size === 0 ? Math.max(taken, skipped) : lowest - 1;
    },
    get inFlight() {
      return open.size;
    },
    take(sequence) {
      if (sequence <= taken) return false;
      taken = sequence;
      open.add(sequence);
      return true;
    },
    pass: (sequence) => void open.delete(sequence),
    reopen: (sequence) => void open.add(sequence),
    finish: (sequence) => void open.delete(sequence),
    lastTaken: () => taken,
    skipTo(sequence) {
      skipped = Math.max(skipped, sequence);
    },
  };
}
