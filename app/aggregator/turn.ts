import { noMark } from "../shared/stream-sight.ts";
import type { IncidentCursor, Journal } from "./journal.ts";

/** Who did not renew its turn for so long, is gone. */
export const leaseMs = 3_000;

export interface TurnOptions {
  readonly journal: Pick<Journal, "cursor" | "commit">;
  /** Of this replica. */
  readonly owner: string;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** A turn that is ours, as long as nobody else writes the cursor. */
export interface Turn {
  readonly cursor: IncidentCursor;
  readonly revision: number;
}

/**
 * Watches whether the active one renews its turn, and takes it when that is gone. By its own clock, and
 * by what it sees: two that see different things cannot both have it, since each takes it from what it saw.
 */
export class TurnTaker {
  readonly #options: TurnOptions;
  #seen: { readonly revision: number; readonly sinceMs: number } | undefined;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** @returns undefined while another one is active. @throws Deposed when one was faster. */
  async tryTo(): Promise<Turn | undefined> {
    const { journal, owner, clock } = this.#options;
    const found = await journal.cursor();
    const revision = found?.revision ?? 0;
    if (this.#seen?.revision !== revision) this.#seen = { revision, sinceMs: clock() };
    const free = !found || found.cursor.owner === "" || found.cursor.owner === owner;
    if (!free && clock() - this.#seen.sinceMs < leaseMs) return undefined;
    const cursor = { ...(found?.cursor ?? noMark), owner };
    return { cursor, revision: await journal.commit([], cursor, revision) };
  }
}
