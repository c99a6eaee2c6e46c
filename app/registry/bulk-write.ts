/** How many devices are written together. */
export interface BulkOptions {
  /** Writes on their way at the same time. */
  readonly width: number;
  /** Awaited before each write. */
  readonly pace: () => Promise<void>;
}

export type BulkOutcome = "done" | "exists" | "unknown" | "refused";

/** What became of each device of a bulk write, by client id. */
export type BulkResult = ReadonlyMap<string, BulkOutcome>;
