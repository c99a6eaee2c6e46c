import { cpus } from "node:os";
import { ProcessorWatch } from "../local/processor-watch.ts";

/** On what something was measured, and how much of it others had meanwhile. */
export interface Machine {
  readonly processors: number;
  readonly model: string | undefined;
  /** Threads that ran or waited for a processor, on average. */
  readonly queue: number;
  /** What the host took for other machines, of all processor time, in percent. */
  readonly stealPercent: number;
  readonly idlePercent: number;
}

const percent = (share: number) => Math.round(1_000 * share) / 10;

/** Its processors. */
export const thisMachine = { processors: cpus().length, model: cpus()[0]?.model };

/** Watches from now on. @returns tells how it was until then. */
export function watchMachine(): () => Machine {
  const watch = new ProcessorWatch({ region: () => [], load: () => [] });
  return () => {
    const { queue, steal, idle } = watch.shares();
    return {
      ...thisMachine,
      queue: Math.round(10 * queue) / 10,
      ...{ stealPercent: percent(steal), idlePercent: percent(idle) },
    };
  };
}
