import { nowMs } from "../contract/headers.ts";
import { Pace } from "../report-gate/pace.ts";
import { Turns } from "./turns.ts";

/** What was stored longer ago is in no cache any more: nats-server reads it from the disk in whole blocks. */
const longAgoMs = 30 * 60_000;

/**
 * Who may read alerts: so many side by side as the stream answers soon; and one who reads what
 * was stored long ago.
 */
export class ReadingTurns {
  readonly pace = new Pace();
  readonly #soon = new Turns(() => this.pace.window);
  readonly #long = new Turns(() => 1);

  get waiting(): number {
    return this.#soon.waiting + this.#long.waiting;
  }

  /** @param from when what is read first was stored, in milliseconds since 1970. It must not reject. */
  push(from: number, task: () => Promise<void>): void {
    const turns = from < nowMs() - longAgoMs ? this.#long : this.#soon;
    turns.push(task);
  }

  run<T>(from: number, read: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.push(from, () => read().then(resolve, reject));
    });
  }
}
