import { setTimeout as delay } from "node:timers/promises";
import { isClientId } from "../contract/client-id.ts";
import { toldChange } from "./change-message.ts";
import type { ChangeIntent, ChangeJournal, RegistryChange } from "./registry-change.ts";
import type { TellChange } from "./tell-change.ts";

export interface TellingOptions {
  /** Keeps account of the same changes. */
  readonly journal: ChangeJournal;
  readonly tell: TellChange;
  /** How long a change waits at most until all regions are told of it; telling goes on after that. */
  readonly patienceMs: number;
}

/**
 * Tells all regions of each change that the table has taken, so that caches and sessions follow. A
 * change that could not be told, because the process was killed in between, is found by the sweep
 * of each region.
 */
export class TellingJournal implements ChangeJournal {
  readonly #options: TellingOptions;
  readonly #untold = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  async change<T>(
    intent: ChangeIntent,
    write: (done: (change: RegistryChange) => void) => Promise<T>,
  ): Promise<T> {
    const telling: Promise<void>[] = [];
    try {
      return await this.#options.journal.change(intent, (done) =>
        write((change) => {
          done(change);
          // No device can connect under a key that is not a client id.
          if (isClientId(change.clientId)) telling.push(this.#tell(change));
        }),
      );
    } finally {
      await within(this.#options.patienceMs, telling);
    }
  }

  /** Gives up after a while. Returns how many changes were not told. */
  async drain(limitMs: number): Promise<number> {
    await within(limitMs, [...this.#untold]);
    const left = this.#untold.size;
    this.#abort.abort(new Error("the journal is closed"));
    return left;
  }

  #tell(change: RegistryChange): Promise<void> {
    const telling = this.#options
      .tell(toldChange(change), this.#abort.signal)
      // Only the end of the journal ends a telling: `drain` has counted what is left.
      .catch(() => {})
      .finally(() => this.#untold.delete(telling));
    this.#untold.add(telling);
    return telling;
  }
}

async function within(limitMs: number, all: readonly Promise<void>[]): Promise<void> {
  const over = new AbortController();
  const limit = delay(limitMs, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([Promise.all(all), limit]);
  over.abort();
}
