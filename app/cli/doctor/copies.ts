import { gaplessStreams, holesIn } from "../../contract/gapless-streams.ts";
import type { StreamCopy } from "../../shared/stream-copies.ts";

export interface CopyProblem {
  /** `damaged`: it lacks what others have, and serves what it has as if it were all. `behind`: it may catch up. */
  readonly kind: "damaged" | "behind";
  readonly text: string;
}

const shown = ({ state, server }: StreamCopy) =>
  `${server} has ${state.messages} messages from ${state.first_seq} to ${state.last_seq}`;

/**
 * What is wrong with the copies of a stream, by two looks at all of them some time apart: servers
 * are not asked at the same moment, and a stream moves meanwhile.
 */
export function copiesProblems(
  before: readonly StreamCopy[],
  now: readonly StreamCopy[],
): readonly CopyProblem[] {
  const problems = now.flatMap((copy): CopyProblem[] => {
    const { stream, server, state } = copy;
    const holes = gaplessStreams.includes(stream) ? holesIn(state) : 0;
    if (holes > 0) {
      const text = `${stream}: ${shown(copy)}, so ${holes} are missing between them`;
      return [{ kind: "damaged", text }];
    }
    const ends = before.filter((each) => each.server !== server).map((each) => each.state.last_seq);
    const end = Math.max(0, ...ends);
    if (state.last_seq >= end) return [];
    return [
      {
        kind: "behind",
        text: `${stream}: ${server} ends with ${state.last_seq}, others had ${end}`,
      },
    ];
  });
  return problems.length > 0 ? problems : countsProblem(before, now);
}

/** Copies of one length that hold another number of messages, twice the same. */
function countsProblem(
  before: readonly StreamCopy[],
  now: readonly StreamCopy[],
): readonly CopyProblem[] {
  const key = ({ server, state }: StreamCopy) =>
    `${server} ${state.first_seq} ${state.last_seq} ${state.messages}`;
  const still = new Set(before.map(key));
  const [one, ...others] = now.filter((copy) => still.has(key(copy)));
  const other = others.find(
    ({ state }) => state.last_seq === one?.state.last_seq && state.messages !== one.state.messages,
  );
  if (!one || !other) return [];
  const text = `${one.stream}: ${shown(one)}, ${shown(other)}`;
  return [{ kind: "damaged", text }];
}
