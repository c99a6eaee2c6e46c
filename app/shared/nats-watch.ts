import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import { AuthorizationError, type NatsConnection } from "./nats.ts";

const closeLimitMs = 3_000;

/** Knows whether a NATS connection has a server, and ends it without waiting for one. */
export class NatsWatch {
  readonly #nats: NatsConnection;
  readonly #onLost: () => void;
  #connected = true;
  #sinceMs = nowMs();
  #lostMs = 0;
  #refusal: Error | undefined;

  /** @param onLost called whenever the connection is lost, also by a server that finds us too slow. */
  constructor(nats: NatsConnection, onLost: () => void = () => {}) {
    this.#nats = nats;
    this.#onLost = onLost;
    void this.#follow();
  }

  /** Undefined when connected. */
  missing(): string | undefined {
    if (this.#connected) return undefined;
    return this.#refusal
      ? `NATS refuses our login: ${this.#refusal.message}`
      : "not connected to NATS";
  }

  /** Undefined unless our login is refused, for so long already. */
  refused(afterMs: number): string | undefined {
    const lostMs = performance.now() - this.#lostMs;
    return this.#refusal && lostMs >= afterMs ? this.missing() : undefined;
  }

  /** Since when it has had one without a break; infinity while it has none. */
  sinceMs(): number {
    return this.#connected ? this.#sinceMs : Number.POSITIVE_INFINITY;
  }

  /** A drain waits for the server's answer; without a server there is nothing to wait for. */
  async close(): Promise<void> {
    if (this.#connected && !this.#nats.isClosed()) {
      await Promise.race([this.#nats.drain(), delay(closeLimitMs, undefined, { ref: false })]);
    }
    await this.#nats.close();
  }

  async #follow(): Promise<void> {
    for await (const status of this.#nats.status()) {
      const { type } = status;
      if (type === "disconnect") this.#onLost();
      if (type === "error" && status.error instanceof AuthorizationError) {
        this.#refusal = status.error;
      }
      if (type === "reconnect") {
        this.#connected = true;
        this.#sinceMs = nowMs();
        this.#refusal = undefined;
      }
      if ((type === "disconnect" || type === "close") && this.#connected) {
        this.#connected = false;
        this.#lostMs = performance.now();
      }
    }
  }
}
