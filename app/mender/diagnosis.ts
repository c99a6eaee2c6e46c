import { gaplessStreams, holesIn } from "../contract/gapless-streams.ts";
import { accountOfStream } from "../contract/stores.ts";
import type { StreamCopy } from "../shared/stream-copies.ts";

/** What a server of the core says of itself. */
export interface ServerSight {
  /** Everything that it has is current, as it says. */
  readonly healthy: boolean;
  readonly copies: readonly StreamCopy[];
}

/** Every server of the core, in one order for all who look; undefined for one that did not answer. */
export type Sight = ReadonlyMap<string, ServerSight | undefined>;

/** A copy that lacks messages between its first and its last one. */
export interface DamagedCopy {
  readonly account: string;
  readonly stream: string;
  readonly missing: number;
}

/**
 * Why a damaged copy is left as it is. `others-away`: another server does not answer or is not
 * current. `others-damaged`: a copy from which it would be made anew is not whole, or is behind.
 * `not-our-turn`: another server has a damaged copy and goes first.
 */
export const obstacles = ["too-few", "others-away", "others-damaged", "not-our-turn"] as const;
export type Obstacle = (typeof obstacles)[number];

export interface Diagnosis {
  readonly damaged: readonly DamagedCopy[];
  /** Undefined when the damaged copies can be made anew. */
  readonly obstacle?: Obstacle;
}

/** What is left when one copy of three is given up. */
const leftCopies = 2;

const isGapless = ({ account, stream }: StreamCopy) =>
  gaplessStreams.includes(stream) && accountOfStream(stream) === account;

/** The copies of a server that have a hole. A peer's mirrors may have one for good, and are not among them. */
export const damagedCopies = (sight: ServerSight | undefined): readonly DamagedCopy[] =>
  (sight?.copies ?? []).filter(isGapless).flatMap(({ account, stream, state }) => {
    const missing = holesIn(state);
    return missing > 0 ? [{ account, stream, missing }] : [];
  });

export const copyOf = (sight: ServerSight | undefined, { account, stream }: DamagedCopy) =>
  sight?.copies.find((copy) => copy.account === account && copy.stream === stream);

/**
 * What is wrong with this server's copies by two looks at the whole core, and whether they can be
 * given up: only while all other servers are there and current, and have the same streams without a
 * hole and at least as far as this one had them at the first look.
 *
 * Of several servers with damaged copies the first in the order goes first, and is away while it
 * does: so there is never more than one.
 */
export function diagnose(own: string, before: Sight, now: Sight): Diagnosis {
  const known = damagedCopies(before.get(own));
  const damaged = damagedCopies(now.get(own)).filter(({ account, stream }) =>
    known.some((each) => each.account === account && each.stream === stream),
  );
  if (damaged.length === 0) return { damaged };
  const obstacle = obstacleTo(damaged, { own, before, now });
  return obstacle === undefined ? { damaged } : { damaged, obstacle };
}

function obstacleTo(
  damaged: readonly DamagedCopy[],
  { own, before, now }: { readonly own: string; readonly before: Sight; readonly now: Sight },
): Obstacle | undefined {
  const others = [...now.keys()].filter((server) => server !== own);
  if (others.length < leftCopies) return "too-few";
  if (!others.every((server) => now.get(server)?.healthy)) return "others-away";
  const isWhole = (server: string, copy: DamagedCopy) => {
    const theirs = copyOf(now.get(server), copy);
    const ours = copyOf(before.get(own), copy);
    return (
      theirs !== undefined &&
      holesIn(theirs.state) === 0 &&
      theirs.state.last_seq >= (ours?.state.last_seq ?? 0)
    );
  };
  const whole = damaged.every((copy) => others.every((server) => isWhole(server, copy)));
  if (!whole) return "others-damaged";
  const order = [...now.keys()];
  const first = order.find((server) => damagedCopies(now.get(server)).length > 0);
  return first === own ? undefined : "not-our-turn";
}
