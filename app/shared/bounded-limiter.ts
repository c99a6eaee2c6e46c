import { LRUCache } from "lru-cache";
import { RateLimiterMemory } from "rate-limiter-flexible";

/**
 * Counts points per key, each key for a time of its own from its first point on, in bounded memory:
 * the limiter keeps every key until its time is over, and strangers have keys without end. Past the
 * bound, the key that was counted longest ago is forgotten. Some 0.7 kB a key.
 */
export class BoundedLimiter {
  readonly #limiter: RateLimiterMemory;
  readonly #keys: LRUCache<string, true>;

  constructor(options: { readonly seconds: number; readonly keys: number }) {
    // Points are compared by those who ask.
    this.#limiter = new RateLimiterMemory({ points: 1, duration: options.seconds });
    this.#keys = new LRUCache({
      max: options.keys,
      dispose: (_, key, reason) => {
        if (reason !== "set") void this.#limiter.delete(key);
      },
    });
  }

  /** Keys held, those whose time is over among them. */
  get size(): number {
    return this.#keys.size;
  }

  /** @returns the points of this key, with the new ones; points below 0 are given back. */
  async add(key: string, points = 1): Promise<number> {
    this.#keys.set(key, true);
    return (await this.#limiter.penalty(key, points)).consumedPoints;
  }

  /** Whole seconds until the time of this key is over. */
  async secondsLeft(key: string): Promise<number> {
    const { msBeforeNext = 0 } = (await this.#limiter.get(key)) ?? {};
    return Math.max(1, Math.ceil(msBeforeNext / 1_000));
  }

  async points(key: string): Promise<number> {
    if (!this.#keys.has(key)) return 0;
    return (await this.#limiter.get(key))?.consumedPoints ?? 0;
  }

  async set(key: string, points: number, seconds: number): Promise<void> {
    this.#keys.set(key, true);
    await this.#limiter.set(key, points, seconds);
  }

  forget(key: string): void {
    this.#keys.delete(key);
  }
}
