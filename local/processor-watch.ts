import { type MachineSeconds, machineSeconds, processSeconds, runnable } from "./processor-time.ts";

/** Who used the processors during a stretch. Shares are of all processors' time, from 0 to 1. */
export interface ProcessorShares {
  /** Every process of the region. */
  readonly region: number;
  /** The simulated devices and publishers, and what watches them. */
  readonly load: number;
  /** Whatever else runs on this machine. */
  readonly others: number;
  /** What the host took for other machines. */
  readonly steal: number;
  readonly idle: number;
  /** Threads that ran or waited for a processor, on average. */
  readonly queue: number;
  /** Seconds of processor time of the region's processes. */
  readonly regionSeconds: number;
}

interface Totals {
  readonly machine: MachineSeconds;
  readonly region: number;
  readonly load: number;
}

const queueSampleMs = 250;

/** Attributes the time between two readings. */
export function sharesBetween(from: Totals, to: Totals, queue: number): ProcessorShares {
  const all = Math.max(1e-9, to.machine.all - from.machine.all);
  const part = (seconds: number) => Math.min(1, Math.max(0, seconds / all));
  const region = part(to.region - from.region);
  const load = part(to.load - from.load);
  const steal = part(to.machine.steal - from.machine.steal);
  const idle = part(to.machine.idle - from.machine.idle);
  const others = Math.max(0, 1 - region - load - steal - idle);
  return { region, load, others, steal, idle, queue, regionSeconds: to.region - from.region };
}

/** Watches from now on. `begin` forgets what was before; `shares` may be asked at any time. */
export class ProcessorWatch {
  readonly #read: () => Totals;
  readonly #sampler: NodeJS.Timeout;
  #from: Totals;
  #queued = 0;
  #samples = 0;

  /** The processes of both kinds, by id, as they are when it is asked. */
  constructor(pids: { readonly region: () => number[]; readonly load: () => number[] }) {
    const sum = (all: readonly number[]) =>
      all.reduce((seconds, pid) => seconds + processSeconds(pid), 0);
    this.#read = () => ({
      machine: machineSeconds(),
      region: sum(pids.region()),
      load: sum([...pids.load(), process.pid]),
    });
    this.#from = this.#read();
    this.#sampler = setInterval(() => {
      this.#queued += runnable();
      this.#samples++;
    }, queueSampleMs);
    this.#sampler.unref();
  }

  begin(): void {
    this.#from = this.#read();
    this.#queued = 0;
    this.#samples = 0;
  }

  shares(): ProcessorShares {
    return sharesBetween(this.#from, this.#read(), this.#queued / Math.max(1, this.#samples));
  }

  stop(): void {
    clearInterval(this.#sampler);
  }
}
