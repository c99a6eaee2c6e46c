import { LRUCache } from "lru-cache";
import { authTimeoutMs } from "../../contract/limits.ts";
import type { Logger } from "../../shared/log.ts";
import type { OwnLogins } from "../one-session/own-logins.ts";
import type { SessionPlace } from "../revocation/live-sessions.ts";
import type { SessionCloser } from "../revocation/session-closer.ts";
import { ClosingRound } from "./closing-round.ts";
import { MinuteBudget } from "./minute-budget.ts";

export interface ClosingsOptions {
  readonly closer: Pick<SessionCloser, "close" | "closeAt" | "closeOne">;
  /** Where devices logged in, as far as this replica knows. */
  readonly logins?: Pick<OwnLogins, "of" | "forget">;
  /** Closings in a minute at most of devices that were cut off, and closed, before; none by default. */
  readonly repeatsPerMinute?: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly onFailure: () => void;
  /** Whose sessions are tried to be closed again after a failure; otherwise nobody's. */
  readonly stillWanted?: (clientId: string) => boolean;
}

interface Ending {
  readonly serverId: string;
  /** False: it was gone, or its server did not answer. */
  readonly ended: Promise<boolean>;
}

/** Servers that are asked apart. */
const serverLimit = 200;
/** Who asks for the same closing so soon is not heard: a meter that means it asks every second. */
const recentMs = 900;
const recentLimit = 20_000;

/**
 * Closes the sessions of devices that were cut off or barred. Whoever admitted a device knows its connection, and
 * has its server close that without looking for it; each replica does so when it hears of the cut-off.
 * Otherwise the server that the device sends to is asked, where that is known: to ask them all takes as
 * long as one of them may be silent. Each device is looked for everywhere after that, for a login that
 * was under way.
 */
export class Closings {
  readonly #options: ClosingsOptions;
  readonly #everywhere: ClosingRound;
  readonly #at = new LRUCache<string, ClosingRound>({ max: serverLimit });
  readonly #recent: LRUCache<string, true>;
  /** Sessions whose places were known, and whether they were there to be closed. */
  readonly #endings: LRUCache<string, Ending>;
  readonly #repeats: MinuteBudget;

  constructor(options: ClosingsOptions) {
    this.#options = options;
    const { closer, clock, repeatsPerMinute = 0 } = options;
    this.#everywhere = this.#round((clientIds) => closer.close(clientIds, clock()));
    const memory = { max: recentLimit, ttl: recentMs, perf: { now: clock } };
    this.#recent = new LRUCache(memory);
    this.#endings = new LRUCache(memory);
    this.#repeats = new MinuteBudget(repeatsPerMinute, clock);
  }

  /** Of a device that is kept out from now on. */
  add(clientId: string, serverId?: string): void {
    this.#close(clientId, serverId);
    const isWanted = this.#options.stillWanted ?? (() => true);
    setTimeout(() => {
      if (isWanted(clientId)) this.#everywhere.add(clientId);
    }, authTimeoutMs).unref();
  }

  /** Of one that was cut off before. False when that is asked for too often, by whomever. */
  again(clientId: string, serverId: string | undefined): boolean {
    if (this.#recent.has(clientId)) return true;
    if (!this.#repeats.take()) return false;
    this.#close(clientId, serverId);
    return true;
  }

  /** Ends the session that was admitted here of a device that some replica has cut off. */
  endAdmitted(clientId: string): Ending | undefined {
    const { logins } = this.#options;
    const known = this.#endings.get(clientId);
    const login = logins?.of(clientId);
    if (known || !logins || !login) return known;
    logins.forget(clientId, login);
    const ending = { serverId: login.serverId, ended: this.#end({ clientId, ...login }) };
    this.#endings.set(clientId, ending);
    return ending;
  }

  async #end(session: SessionPlace & { readonly clientId: string }): Promise<boolean> {
    const { closer, log, onFailure } = this.#options;
    try {
      return await closer.closeOne(session);
    } catch (error) {
      onFailure();
      log.warn({ err: error, client: session.clientId }, "a cut-off device's session stays open");
      return false;
    }
  }

  #close(clientId: string, serverId: string | undefined): void {
    this.#recent.set(clientId, true);
    void this.#endOrFind(clientId, serverId);
  }

  async #endOrFind(clientId: string, serverId: string | undefined): Promise<void> {
    const ending = this.endAdmitted(clientId);
    const there = ending && (serverId === undefined || serverId === ending.serverId);
    if (there && (await ending.ended)) return;
    if (serverId === undefined) this.#everywhere.add(clientId);
    else this.#roundAt(serverId).add(clientId);
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
