/** What was sent, in the order in which it was. */
export interface SentAlertsView {
  /** Stands for all that was sent so far. */
  readonly mark: () => number;
  /** Whether a server has all of it for certain. */
  readonly isSettled: (mark: number) => boolean;
}

/** How far a cursor may be written down: whoever reads on from there sends all that is not certain yet. */
export class SettledPosition {
  readonly #sent: SentAlertsView;
  #certain: number;
  #waiting: { readonly position: number; readonly mark: number } | undefined;

  constructor(start: number, sent: SentAlertsView) {
    this.#certain = start;
    this.#sent = sent;
  }

  /** To be asked again and again, with where the cursor is now. Never waits. */
  next(position: number): number {
    if (this.#waiting && !this.#sent.isSettled(this.#waiting.mark)) return this.#certain;
    if (this.#waiting) this.#certain = this.#waiting.position;
    const mark = this.#sent.mark();
    this.#waiting = { position, mark };
    if (!this.#sent.isSettled(mark)) return this.#certain;
    this.#waiting = undefined;
    this.#certain = position;
    return position;
  }
}
