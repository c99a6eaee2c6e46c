import { labelsOf } from "../../exceptions/device-labels.ts";
import type { NatsConnection } from "../../shared/nats.ts";

export interface LabelBookOptions {
  readonly connection: Pick<NatsConnection, "request">;
  readonly onFailure: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

type Labels = ReadonlyMap<string, readonly string[]>;

const keptMs = 30_000;
const afterFailureMs = 5_000;
/** Clients that are remembered at most. */
const limit = 20_000;

/**
 * The labels of devices, as auth tells them, for half a minute. While nobody tells them they are not
 * known, so that nothing is hidden by them.
 */
export class LabelBook {
  readonly #options: LabelBookOptions;
  readonly #known = new Map<string, { readonly labels: readonly string[]; readonly at: number }>();
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LabelBookOptions) {
    this.#options = options;
  }

  async of(clientIds: Iterable<string>): Promise<Labels> {
    const { connection, onFailure, clock } = this.#options;
    const now = clock();
    const ids = [...new Set(clientIds)];
    const missing = ids.filter((id) => now - (this.#known.get(id)?.at ?? -keptMs) >= keptMs);
    if (missing.length > 0 && now - this.#failedAt >= afterFailureMs) {
      if (this.#known.size + missing.length > limit) this.#known.clear();
      try {
        const found = await labelsOf(connection, missing);
        for (const [id, labels] of found) this.#known.set(id, { labels, at: now });
      } catch (error) {
        this.#failedAt = now;
        onFailure(error);
      }
    }
    return new Map(
      ids.flatMap((id) => {
        const known = this.#known.get(id);
        return known && now - known.at < keptMs ? [[id, known.labels] as const] : [];
      }),
    );
  }
}
