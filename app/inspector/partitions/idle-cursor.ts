/**
 * Age of a sample of INGRESS's last sequence before an idle partition may move its cursor to it.
 *
 * The proof that the partition holds nothing up to there is a look-up answered by the leader of
 * INGRESS. Only a leader that was deposed without knowing could miss a message, and it steps down
 * within 10 s of losing its majority: whatever answers has everything that was stored 10 s ago.
 * Three times that leaves room for its timers and for ours.
 */
export const settledAfterMs = 30_000;

export interface SequenceSample {
  readonly atMs: number;
  readonly lastSequence: number;
}

/** The newest sample that is old enough to be trusted, by the same monotonic clock. */
export function settledSequence(
  samples: readonly SequenceSample[],
  nowMs: number,
): number | undefined {
  return samples.findLast((sample) => nowMs - sample.atMs >= settledAfterMs)?.lastSequence;
}

/** Drops samples that a newer trusted one replaces. */
export function keepUsefulSamples(
  samples: readonly SequenceSample[],
  nowMs: number,
): readonly SequenceSample[] {
  const settled = samples.findLastIndex((sample) => nowMs - sample.atMs >= settledAfterMs);
  return settled <= 0 ? samples : samples.slice(settled);
}

export interface IdlePartition {
  readonly cursor: number;
  readonly inFlight: number;
}

/**
 * Whether it is worth a look-up to move an idle partition's cursor, which otherwise would hold
 * back the purge of INGRESS for ever.
 */
export function mayBeIdle(partition: IdlePartition, settled: number | undefined): boolean {
  return settled !== undefined && partition.inFlight === 0 && partition.cursor < settled;
}

/**
 * Where the cursor may go, after the leader was asked for the partition's first message above the
 * cursor (`next`, undefined if there is none). Undefined: the partition is not idle, stay.
 */
export function idleCursor(settled: number, next: number | undefined): number | undefined {
  return next === undefined || next > settled ? settled : undefined;
}
