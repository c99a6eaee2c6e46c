/**
 * How far one partition is done: everything up to `position` is stored downstream.
 *
 * Sequences are those of INGRESS, which the partition shares with the others: they rise, with gaps.
 */
export interface Cursor {
  readonly position: number;
  /** Messages taken and not yet stored downstream. */
  readonly inFlight: number;
  /** Takes a message in. False when it was taken before: a recreated consumer may repeat some. */
  readonly take: (sequence: number) => boolean;
  /** The results of a message that was taken are stored. */
  readonly finish: (sequence: number) => void;
  /** The last message that was taken, or where reading started. */
  readonly lastTaken: () => number;
  /** Skips a stretch that is known to hold no message of the partition. Never goes back. */
  readonly skipTo: (sequence: number) => void;
}

export function createCursor(start: number): Cursor {
  // A Set remembers the order of insertion, and sequences come rising: the first is the lowest.
  const open = new Set<number>();
  let taken = start;
  let skipped = start;
  return {
    get position() {
      const [lowest] = open;
      return lowest === undefined ? Math.max(taken, skipped) : lowest - 1;
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
    finish: (sequence) => void open.delete(sequence),
    lastTaken: () => taken,
    skipTo(sequence) {
      skipped = Math.max(skipped, sequence);
    },
  };
}
