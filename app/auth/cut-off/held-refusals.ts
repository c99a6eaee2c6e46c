import { setTimeout as delay } from "node:timers/promises";

/** A quarter of what the server waits: however slow the way is, it hears of the refusal. */
export const heldMs = 500;
/** Each is a request in memory. Beyond them refusals go out at once. */
const heldLimit = 20_000;

/**
 * Refusals of devices that are cut off are said late. Who floods comes back at once, again and again, and
 * each time costs its edge a handshake and us an answer: it does so less often when it has to wait.
 */
export class HeldRefusals {
  readonly #limit: number;
  #held = 0;

  constructor(limit = heldLimit) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  async wait(): Promise<void> {
    if (this.#held >= this.#limit) return;
    this.#held++;
    await delay(heldMs);
    this.#held--;
  }
}
