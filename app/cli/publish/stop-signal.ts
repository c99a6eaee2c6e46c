import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Lets what runs come to an orderly end at the first SIGINT or SIGTERM. The second ends the process at once,
 * as it does without this.
 */
export class StopSignal {
  readonly #controller = new AbortController();
  #received: (typeof signals)[number] | undefined;
  readonly #stop = (signal: (typeof signals)[number]) => {
    this.#received = signal;
    this.release();
    this.#controller.abort();
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#stop);
  }

  get aborting(): AbortSignal {
    return this.#controller.signal;
  }

  /** As a shell tells of it; undefined while there was none. */
  get exitCode(): number | undefined {
    return this.#received && 128 + constants.signals[this.#received];
  }

  release(): void {
    for (const signal of signals) process.off(signal, this.#stop);
  }
}
