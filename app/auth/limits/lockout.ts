import { BoundedLimiter } from "../../shared/bounded-limiter.ts";

export interface LockoutTimes {
  /** Length of a first lock-out. Each further one is twice as long as the one before. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

export interface LockoutOptions {
  readonly times: LockoutTimes;
  /** Failures within `perSeconds` that are put up with. */
  readonly failures: number;
  readonly perSeconds: number;
  /** Keys remembered. */
  readonly keys: number;
  readonly onLockout: (key: string, seconds: number) => void;
}

/** After a lock-out, another one within this time is longer. */
const memorySeconds = 3_600;

/** Locks a key out after too many failures, longer each time. */
export class Lockout {
  readonly #options: LockoutOptions;
  /** A locked key has more points than there are failures to put up with. */
  readonly #failures: BoundedLimiter;
  readonly #earlier: BoundedLimiter;

  constructor(options: LockoutOptions) {
    this.#options = options;
    const { keys, perSeconds } = options;
    this.#failures = new BoundedLimiter({ seconds: perSeconds, keys });
    this.#earlier = new BoundedLimiter({ seconds: memorySeconds, keys });
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  async locked(key: string): Promise<boolean> {
    return (await this.#failures.points(key)) > this.#options.failures;
  }

  async fail(key: string): Promise<void> {
    const { failures, times, onLockout } = this.#options;
    // Exactly one failure begins a lock-out; others that were under way do not prolong it.
    if ((await this.#failures.add(key)) !== failures) return;
    const earlier = await this.#earlier.points(key);
    const seconds = Math.min(times.firstSeconds * 2 ** earlier, times.longestSeconds);
    await this.#earlier.set(key, earlier + 1, seconds + memorySeconds);
    await this.#failures.set(key, failures + 1, seconds);
    onLockout(key, seconds);
  }

  /** Whoever succeeds is not held to what went wrong before. */
  forgive(key: string): void {
    this.#failures.forget(key);
    this.#earlier.forget(key);
  }
}
