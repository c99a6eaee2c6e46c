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

/** How far one path is: `place` names are found. */
interface Step {
  readonly path: number;
  readonly place: number;
}

/**
 * The paths as one automaton, made while it is used. Its alphabet is the names that paths hold and
 * anything else, so that what a message calls its keys makes it no larger.
 */
export function jsonStates(paths: readonly (readonly string[])[]): JsonState {
  const names = new Set(paths.flat().filter((name) => name !== anyKey && name !== anyKeys));
  const longest = Math.max(0, ...[...names].map((name) => name.length));
  const known = new Map<string, JsonState>();

  const reached = (steps: readonly Step[]): readonly Step[] => {
    const all = [...steps];
    // A path goes on behind `**` without any key too. The list grows while it is walked.
    for (const { path, place } of all) {
      if (paths[path]?.[place] === anyKeys) all.push({ path, place: place + 1 });
    }
    return all;
  };
  const after = (steps: readonly Step[], key: string | undefined): readonly Step[] =>
    steps.flatMap(({ path, place }) => {
      const name = paths[path]?.[place];
      if (name === anyKeys) return [{ path, place }];
      return name === anyKey || (key !== undefined && name === key)
        ? [{ path, place: place + 1 }]
        : [];
    });
  const stateOf = (steps: readonly Step[]): JsonState => {
    const all = reached(steps);
    const id = [...new Set(all.map(({ path, place }) => `${path}:${place}`))].sort().join();
    const found = known.get(id);
    if (found) return found;
    const made = makeState(all);
    known.set(id, made);
    return made;
  };
  const makeState = (steps: readonly Step[]): JsonState => {
    const byName = new Map<string, JsonState>();
    let byOther: JsonState | undefined;
    return {
      ends: [...new Set(steps.filter((s) => s.place === paths[s.path]?.length).map((s) => s.path))],
      open: steps.some(({ path, place }) => place < (paths[path]?.length ?? 0)),
      below(key) {
        const name = key.length <= longest ? key.toLowerCase() : "";
        if (!names.has(name)) {
          byOther ??= stateOf(after(steps, undefined));
          return byOther;
        }
        const next = byName.get(name) ?? stateOf(after(steps, name));
        byName.set(name, next);
        return next;
      },
    };
  };
  return stateOf(paths.map((_, path) => ({ path, place: 0 })));
}
