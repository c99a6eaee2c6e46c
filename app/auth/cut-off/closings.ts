import { LRUCache } from "lru-cache";
import { authTimeoutMs } from "../../contract/limits.ts";
import type { Logger } from "../../shared/log.ts";
import type { SessionCloser } from "../revocation/session-closer.ts";
import { ClosingRound } from "./closing-round.ts";

export interface ClosingsOptions {
  readonly closer: Pick<SessionCloser, "close" | "closeAt">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly onFailure: () => void;
  /** Whose sessions are tried to be closed again after a failure; otherwise nobody's. */
  readonly stillWanted?: (clientId: string) => boolean;
}

/** Servers that are asked apart. */
const serverLimit = 200;

/**
 * Closes the sessions of devices that were cut off or barred. Where it is known which server a device sends to, that
 * one is asked alone and at once: to ask them all takes as long as one of them may be silent. Each
 * device is looked for everywhere after that, for a login that was under way.
 */
export class Closings {
  readonly #options: ClosingsOptions;
  readonly #everywhere: ClosingRound;
  readonly #at = new LRUCache<string, ClosingRound>({ max: serverLimit });

  constructor(options: ClosingsOptions) {
    this.#options = options;
    const { closer, clock } = options;
    this.#everywhere = this.#round((clientIds) => closer.close(clientIds, clock()));
  }

  add(clientId: string, serverId?: string): void {
    if (serverId === undefined) this.#everywhere.add(clientId);
    else this.#roundAt(serverId).add(clientId);
    setTimeout(() => this.#everywhere.add(clientId), authTimeoutMs).unref();
  }

  #roundAt(serverId: string): ClosingRound {
    const known = this.#at.get(serverId);
    if (known) return known;
    const { closer, clock } = this.#options;
    const fresh = this.#round((clientIds) => closer.closeAt(serverId, clientIds, clock()));
    this.#at.set(serverId, fresh);
    return fresh;
  }

  #round(close: (clientIds: ReadonlySet<string>) => Promise<void>): ClosingRound {
    const { log, onFailure, stillWanted } = this.#options;
    return new ClosingRound({ close, log, onFailure, ...(stillWanted && { stillWanted }) });
  }
}
