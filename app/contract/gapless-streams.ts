import { defaultScale } from "./stream-definition.ts";
import { streamDefinitions } from "./streams.ts";

/**
 * Streams that have every sequence from their first to their last: nothing is deleted from their
 * middle, and no message takes the place of an older one. A hole in one is a damaged copy.
 */
export const gaplessStreams: readonly string[] = streamDefinitions(defaultScale)
  .filter((each) => each.deny_delete && each.max_msgs_per_subject === -1)
  .map(({ name }) => name);

export interface SequenceState {
  readonly messages: number;
  readonly first_seq: number;
  readonly last_seq: number;
}

/** Sequences between the first and the last one that are not there. A stream that never held anything has 0 for both. */
export const holesIn = ({ messages, first_seq, last_seq }: SequenceState): number =>
  last_seq === 0 ? 0 : last_seq - first_seq + 1 - messages;
