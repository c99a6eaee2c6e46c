import { nowMs } from "../contract/headers.ts";
import { bridgeSessionExpirySeconds } from "../contract/streams.ts";

/**
 * Names of messages that were stored, but whose connection was gone by then, so that the broker sends
 * them again. They are acknowledged without being stored once more.
 *
 * JetStream would remove the duplicates too, but at the price of a publish each. A backlog that is
 * read in several pauses would then be stored again with each of them, and might never end.
 */
export class StoredUnacknowledged {
  readonly #storedMs = new Map<string, number>();

  add(name: string): void {
    const now = nowMs();
    this.#storedMs.delete(name);
    this.#storedMs.set(name, now);
    for (const [oldest, storedMs] of this.#storedMs) {
      if (!expired(storedMs, now)) break;
      this.#storedMs.delete(oldest);
    }
  }

  /** True once for each name that was added. */
  take(name: string): boolean {
    const storedMs = this.#storedMs.get(name);
    return storedMs !== undefined && this.#storedMs.delete(name) && !expired(storedMs, nowMs());
  }
}

/** The broker has dropped the session: it does not send the message again. */
function expired(storedMs: number, now: number): boolean {
  return now - storedMs > bridgeSessionExpirySeconds * 1000;
}
