/** What a device sends is not counted for so long at most. */
export const uncountedMs = 1_000;

/**
 * Devices that had too much of something a moment ago. What they send meanwhile need not be counted: a flood
 * must not keep us from finding the next one, so what is known of costs as little as can be.
 */
export class KnownFloods {
  readonly #clients = new Set<string>();
  readonly #timer = setInterval(() => this.#clients.clear(), uncountedMs).unref();

  has(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  add(clientId: string): void {
    this.#clients.add(clientId);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
