import { anyKey, anyKeys } from "./field-key.ts";

/** Where a reader of JSON is with all the paths that are asked for. */
export interface JsonState {
  /** The paths that end here: indexes of what is asked for. */
  readonly ends: readonly number[];
  /** Whether any path goes on below. */
  readonly open: boolean;
  /** Where the value of a key is. Names are compared whatever their case, as some readers do. */
  below(key: string): JsonState;
}

/** Honest messages come to some dozens; then all are forgotten, so that hostile ones fill no memory. */
const mostKept = 512;

/** Some readers take the long s for an s, as they take a capital one. */
const folded = (name: string) => name.replaceAll("ſ", "s").toLowerCase();

/**
 * The paths as one automaton, of which the start is returned.
 *
 * A state is a set of bits, one for each place that a path can be at, so that a step takes the same
 * time whatever the paths are and whatever a message calls its keys.
 */
export function jsonStates(paths: readonly (readonly string[])[]): () => JsonState {
  const { start, ends, gaps, any, named, longest } = placesOf(paths);
  const allEnds = ends.reduce((all, end) => all | end, 0n);
  const kept = new Map<bigint, JsonState>();

  // A path goes on behind `**` without any key too.
  const reached = (places: bigint) => places | ((places & gaps) << 1n);
  const stateOf = (places: bigint): JsonState => {
    const known = kept.get(places);
    if (known) return known;
    const made = makeState(places);
    if (kept.size === mostKept) kept.clear();
    kept.set(places, made);
    return made;
  };
  const makeState = (places: bigint): JsonState => {
    const links = new Map<string, JsonState>();
    return {
      ends: ends.flatMap((end, path) => ((places & end) === 0n ? [] : [path])),
      open: (places & ~allEnds) !== 0n,
      below(key) {
        const short = key.length <= longest ? folded(key) : "";
        const name = named.has(short) ? short : "";
        const linked = links.get(name);
        if (linked) return linked;
        const taken = places & (any | (named.get(name) ?? 0n));
        const next = stateOf(reached((taken << 1n) | (places & gaps)));
        links.set(name, next);
        return next;
      },
    };
  };
  return () => stateOf(reached(start));
}

/** The bits of the places: of each path one before each of its names, and one behind the last. */
function placesOf(paths: readonly (readonly string[])[]) {
  const named = new Map<string, bigint>();
  const ends: bigint[] = [];
  let [start, gaps, any, bit] = [0n, 0n, 0n, 1n];
  for (const path of paths) {
    start |= bit;
    for (const name of path) {
      if (name === anyKeys) gaps |= bit;
      else if (name === anyKey) any |= bit;
      else named.set(name, (named.get(name) ?? 0n) | bit);
      bit <<= 1n;
    }
    ends.push(bit);
    bit <<= 1n;
  }
  const longest = Math.max(0, ...[...named.keys()].map((name) => name.length));
  return { start, ends, gaps, any, named, longest };
}
