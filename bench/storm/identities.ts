/** A process that may be started anew under the same name. */
interface Named {
  readonly name: string;
  readonly pid: number | undefined;
}

/**
 * Remembers which processes run.
 *
 * @param but the one that may change.
 */
export function watchIdentities(processes: readonly Named[], but?: string) {
  const before = processes.map((process) => ({ process, name: process.name, pid: process.pid }));
  return {
    /** Those that have ended, or were started anew. */
    changed: (): readonly string[] =>
      before
        .filter(({ process, name, pid }) => name !== but && process.pid !== pid)
        .map(({ name }) => name),
  };
}
