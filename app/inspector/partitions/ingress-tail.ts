import type { Lane } from "../../contract/lanes.ts";
import { partitionsOf } from "../../contract/partitions.ts";
import type { JetStreamManager } from "../../shared/nats.ts";
import { continues, type StreamSight, sightIn } from "../../shared/stream-sight.ts";
import { keepUsefulSamples, type SequenceSample, settledSequence } from "./idle-cursor.ts";

/** A lane's log at one moment. */
export interface LogSight extends StreamSight {
  readonly partitions: number;
}

/** The end of a lane's log, sampled now and then. */
export interface IngressTail {
  /**
   * Asks the leader now.
   *
   * @throws Error when there is no such log, nobody leads it, or it is not split into partitions.
   */
  readonly look: () => Promise<LogSight>;
  /** The last sight; undefined before the first. */
  readonly last: () => LogSight | undefined;
  /** The newest sample that every possible answer of a leader includes by now. */
  readonly settled: () => number | undefined;
}

export function createIngressTail(
  jsm: JetStreamManager,
  { stream }: Pick<Lane, "stream">,
  clock: () => number,
): IngressTail {
  let samples: readonly SequenceSample[] = [];
  let last: LogSight | undefined;
  return {
    async look() {
      const info = await jsm.streams.info(stream);
      const partitions = partitionsOf(info.config.subject_transform?.dest);
      if (partitions === undefined) throw new Error(`${stream} is not split into partitions`);
      const sight = { ...sightIn(info), partitions };
      const atMs = clock();
      // The numbers of a log that was made anew say nothing of the one before.
      const same = last && continues({ ...last, sequence: last.lastSequence }, sight);
      const kept = same ? samples : [];
      samples = keepUsefulSamples([...kept, { atMs, lastSequence: sight.lastSequence }], atMs);
      last = sight;
      return sight;
    },
    last: () => last,
    settled: () => settledSequence(samples, clock()),
  };
}
