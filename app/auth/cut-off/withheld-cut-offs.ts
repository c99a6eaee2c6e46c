/** Why a device was not cut off although the meter asked for it, or not barred. */
export const withholdingCauses = ["unknown", "limit"] as const;
export type WithholdingCause = (typeof withholdingCauses)[number];

/** Requests of one kind. Times are milliseconds since 1970. */
export interface Withheld {
  readonly cause: WithholdingCause;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly count: number;
}

/** Counts what was asked for in vain, so that it makes one record at a time, however much it is. */
export class WithheldCutOffs {
  readonly #clock: () => number;
  readonly #counts = new Map<WithholdingCause, { readonly sinceMs: number; count: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  count(cause: WithholdingCause): void {
    const counted = this.#counts.get(cause);
    if (counted) counted.count++;
    else this.#counts.set(cause, { sinceMs: this.#clock(), count: 1 });
  }

  /** Hands out what was counted; what is not taken is kept and goes on. */
  tell(take: (withheld: Withheld) => boolean): void {
    for (const [cause, counted] of this.#counts) {
      if (take({ cause, ...counted, untilMs: this.#clock() })) this.#counts.delete(cause);
    }
  }
}
