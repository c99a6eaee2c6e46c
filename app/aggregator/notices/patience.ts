/** The receiver did not take a notice. */
export class NotTaken extends Error {
  override readonly name = "NotTaken";
  readonly refusal: Refusal;

  constructor(message: string, refusal: Refusal, options?: ErrorOptions) {
    super(message, options);
    this.refusal = refusal;
  }
}

/**
 * What a failure says. `unwanted`: the receiver has read the notice and does not want it. `forbidden`:
 * it does not let us, or does not want this one, and only time tells which. `away`: it is down,
 * broken or busy, whatever the notice is.
 */
export type Refusal = "unwanted" | "forbidden" | "away";

/** What is wrong with what we sent, not with where, when or by whom. */
const unwanted = [400, 413, 415, 422];
/** Too slow, too early, too often. */
const busy = [408, 425, 429];

export function refusalOf(status: number): Refusal {
  if (unwanted.includes(status)) return "unwanted";
  return status >= 400 && status < 500 && !busy.includes(status) ? "forbidden" : "away";
}

/** A secret or an address can be set right in this time, after the alarm, and nothing is lost. */
export const forbiddenMs = 3_600_000;
/** Attempts, seconds apart: a receiver that is being changed may refuse some for a moment. */
const enoughAttempts = 5;

export interface Attempts {
  readonly refusal: Refusal;
  readonly failures: number;
  /** Since the first attempt, in milliseconds. */
  readonly heldMs: number;
  /** Whether the receiver has taken another notice that was sent along with this one. */
  readonly othersTaken: boolean;
}

/** Whether a notice is not sent again, so that those behind it are. */
export function isGivenUp({ refusal, failures, heldMs, othersTaken }: Attempts): boolean {
  if (refusal !== "forbidden") return refusal === "unwanted";
  return heldMs >= forbiddenMs || (othersTaken && failures >= enoughAttempts);
}
