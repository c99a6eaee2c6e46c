import type { Lane } from "../../contract/lanes.ts";
import type { JetStreamManager } from "../../shared/nats.ts";
import { keepUsefulSamples, type SequenceSample, settledSequence } from "./idle-cursor.ts";

/** The end of a lane's log, sampled now and then. */
export interface IngressTail {
  /** Asks the leader now. */
  readonly sample: () => Promise<number>;
  /** The last sample; 0 before the first. */
  readonly last: () => number;
  /** The newest sample that every possible answer of a leader includes by now. */
  readonly settled: () => number | undefined;
}

export function createIngressTail(
  jsm: JetStreamManager,
  { stream }: Pick<Lane, "stream">,
  clock: () => number,
): IngressTail {
  let samples: readonly SequenceSample[] = [];
  return {
    async sample() {
      const { state } = await jsm.streams.info(stream);
      const atMs = clock();
      samples = keepUsefulSamples([...samples, { atMs, lastSequence: state.last_seq }], atMs);
      return state.last_seq;
    },
    last: () => samples.at(-1)?.lastSequence ?? 0,
    settled: () => settledSequence(samples, clock()),
  };
}
