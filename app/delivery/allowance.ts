import { setTimeout as delay, setImmediate as pastPoll } from "node:timers/promises";

/** So many of something in a second, a second's worth at once after a rest. */
export class Allowance {
  readonly #perSecond: number;
  /** When all that was taken is paid for, in monotonic milliseconds. */
  #paidMs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * Waits until `count` more may go, which is in the order in which they are asked for. What came in
   * over the network while the process stood still is read before that.
   */
  async take(count: number): Promise<void> {
    const nowMs = performance.now();
    const fromMs = Math.max(this.#paidMs, nowMs - 1_000);
    this.#paidMs = fromMs + (count / this.#perSecond) * 1_000;
    const waitMs = this.#paidMs - nowMs;
    if (waitMs <= 0) return;
    await delay(waitMs);
    await pastPoll();
  }
}
