import { setTimeout as delay } from "node:timers/promises";
import { nowMs } from "../contract/headers.ts";
import type { NatsConnection } from "./nats.ts";

const closeLimitMs = 3_000;

/** Knows whether a NATS connection has a server, and ends it without waiting for one. */
export class NatsWatch {
  readonly #nats: NatsConnection;
  #connected = true;
  #sinceMs = nowMs();

  constructor(nats: NatsConnection) {
    this.#nats = nats;
    void this.#follow();
  }

  /** Undefined when connected. */
  missing(): string | undefined {
    return this.#connected ? undefined : "not connected to NATS";
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
    for await (const { type } of this.#nats.status()) {
      if (type === "disconnect" || type === "close") this.#connected = false;
      if (type !== "reconnect") continue;
      this.#connected = true;
      this.#sinceMs = nowMs();
    }
  }
}
