import { holesIn } from "../contract/gapless-streams.ts";
import { copyOf, type DamagedCopy, type Sight } from "./diagnosis.ts";

/** A copy that was given up, and how far it has to come. */
export interface FollowedCopy extends DamagedCopy {
  readonly goal: number;
}

/**
 * Where a server is with a copy that it makes anew. It is whole as far as the others had it then, or, if
 * the stream was made anew meanwhile and will never come so far again, as they have it now.
 */
export function foundOf(
  own: string,
  copy: FollowedCopy,
  now: Sight,
): "damaged" | "whole" | "on its way" {
  const state = copyOf(now.get(own), copy)?.state;
  if (!state) return "on its way";
  if (holesIn(state) > 0) return "damaged";
  const ends = [...now.keys()]
    .filter((server) => server !== own)
    .map((server) => copyOf(now.get(server), copy)?.state.last_seq ?? Number.POSITIVE_INFINITY);
  return state.last_seq >= Math.min(copy.goal, Math.max(...ends, 0)) ? "whole" : "on its way";
}
