import { Pace } from "../report-gate/pace.ts";
import { Turns } from "./turns.ts";

/**
 * Who may read alerts: so many side by side as the stream answers soon; and one who reads what the
 * index does not reach yet, and waits for it.
 */
export class ReadingTurns {
  readonly pace = new Pace();
  readonly #soon = new Turns(() => this.pace.window);
  readonly #later = new Turns(() => 1);

  get waiting(): number {
    return this.#soon.waiting + this.#later.waiting;
  }

  /** @param atHand whether what is read is in the index. The task must not reject. */
  push(atHand: boolean, task: () => Promise<void>): void {
    const turns = atHand ? this.#soon : this.#later;
    turns.push(task);
  }

  run<T>(atHand: boolean, read: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.push(atHand, () => read().then(resolve, reject));
    });
  }
}
