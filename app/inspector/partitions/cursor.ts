/**
 * How far one partition is done: everything up to `position` is stored downstream.
 *
 * Sequences are those of the lane's log, which the partition shares with the others: they rise,
 * with gaps.
 */
export interface Cursor {
  readonly position: number;
  /** Messages taken and not yet stored downstream, and clients of whom some are put off. */
  readonly inFlight: number;
  /** Takes a message in. False when it was taken before: a recreated consumer may repeat some. */
  readonly take: (sequence: number) => boolean;
  /** Puts off messages of a client, from this sequence on: the position stays below it. */
  readonly putOff: (client: string, from: number) => void;
  /** None of a client's messages is put off any longer. */
  readonly caughtUp: (client: string) => void;
  /** A message that was put off is in flight. */
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
  const later = new Map<string, number>();
  let taken = start;
  let skipped = start;
  return {
    get position() {
      // Asked twice a second, of some thousands at most.
      let lowest = Number.POSITIVE_INFINITY;
      for (const sequence of open) lowest = Math.min(lowest, sequence);
      for (const sequence of later.values()) lowest = Math.min(lowest, sequence);
      return Number.isFinite(lowest) ? lowest - 1 : Math.max(taken, skipped);
    },
    get inFlight() {
      return open.size + later.size;
    },
    take(sequence) {
      if (sequence <= taken) return false;
      taken = sequence;
      open.add(sequence);
      return true;
    },
    putOff: (client, from) => void later.set(client, from),
    caughtUp: (client) => void later.delete(client),
    reopen: (sequence) => void open.add(sequence),
    finish: (sequence) => void open.delete(sequence),
    lastTaken: () => taken,
    skipTo(sequence) {
      skipped = Math.max(skipped, sequence);
    },
  };
}
