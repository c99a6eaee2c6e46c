import { Pace } from "../report-gate/pace.ts";
import { Turns } from "./turns.ts";

/** Who may read alerts: so many side by side as the stream answers soon. Nobody waits for an index meanwhile. */
export class ReadingTurns {
  readonly pace = new Pace();
  readonly #turns = new Turns(() => this.pace.window);

  get waiting(): number {
    return this.#turns.waiting;
  }

  /** The task must not reject. */
  push(task: () => Promise<void>): void {
    this.#turns.push(task);
  }

  run<T>(read: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.push(() => read().then(resolve, reject));
    });
  }
}
