import { machineSeconds, processSeconds } from "../../local/processor-time.ts";

/** A process by its name; undefined while it does not run. */
export interface Measured {
  readonly name: string;
  readonly pid: number | undefined;
}

/** Percent of one processor that each kind of process used, and everything else of the machine. */
export type ProcessorUse = Readonly<Record<string, number>>;

const kindOf = (name: string) => name.replace(/-\d+$/, "");
const busySeconds = () => {
  const { all, idle } = machineSeconds();
  return all - idle;
};

/** What they use from now on. What begins or ends meanwhile counts as `others`. */
export function startProcessorUse(processes: readonly Measured[]): () => ProcessorUse {
  const watched = processes.flatMap(({ name, pid }) => (pid ? [{ kind: kindOf(name), pid }] : []));
  const now = () => ({
    ms: performance.now(),
    busy: busySeconds(),
    own: watched.map(({ pid }) => processSeconds(pid)),
  });
  const from = now();
  return () => {
    const until = now();
    const percent = (seconds: number) => Math.round((1e5 * seconds) / (until.ms - from.ms));
    const seconds: Record<string, number> = {};
    for (const [i, { kind }] of watched.entries()) {
      const used = Math.max(0, (until.own[i] ?? 0) - (from.own[i] ?? 0));
      seconds[kind] = (seconds[kind] ?? 0) + used;
    }
    const known = Object.values(seconds).reduce((sum, each) => sum + each, 0);
    seconds["others"] = until.busy - from.busy - known;
    return Object.fromEntries(Object.entries(seconds).map(([kind, each]) => [kind, percent(each)]));
  };
}
