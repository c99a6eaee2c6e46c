import { parseSilentLinesRequest, type SilentLinesRequest } from "../../contract/silent-lines.ts";
import type { Logger } from "../../shared/log.ts";
import { MinuteBudget } from "../cut-off/minute-budget.ts";
import type { LiveSession, LiveSessions } from "../revocation/live-sessions.ts";
import type { createSilenceMetrics } from "./silence-metrics.ts";

export interface SilentSessionsOptions {
  readonly live: Pick<LiveSessions, "at" | "close">;
  /** Sessions that end in a minute at most. */
  readonly perMinute: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly metrics: ReturnType<typeof createSilenceMetrics>;
  readonly log: Logger;
}

/** Clocks of servers of a region differ by less than this. */
const graceMs = 500;
/** Each lists the sessions of an edge. */
const atOnce = 4;

/**
 * Ends the sessions behind connections from which nothing comes any more, as the gate beside their
 * edge names them. Only devices' sessions, and only such as are older than the silence: what has the
 * same address since is another connection.
 */
export class SilentSessions {
  readonly #options: SilentSessionsOptions;
  readonly #ended: MinuteBudget;
  #inHand = 0;

  constructor(options: SilentSessionsOptions) {
    this.#options = options;
    this.#ended = new MinuteBudget(options.perMinute, options.clock);
  }

  /** Does as it is asked. The answer is how many it closed, or `{error}`. */
  readonly answer = async (data: Uint8Array): Promise<string> => {
    const { metrics, log } = this.#options;
    const request = parseSilentLinesRequest(data);
    if (!request) return problem("not a request for the end of silent sessions");
    if (this.#inHand >= atOnce) return problem("too many requests at once");
    this.#inHand++;
    try {
      return JSON.stringify({ closed: await this.#close(request) });
    } catch (error) {
      metrics.failures.inc();
      log.warn({ err: error, server: request.serverId }, "sessions of silent devices stay open");
      return problem("the servers did not answer");
    } finally {
      this.#inHand--;
    }
  };

  async #close({ serverId, lines }: SilentLinesRequest): Promise<number> {
    const { live, clock } = this.#options;
    const silentMs = new Map(lines.map((line) => [line.peer, line.silentMs]));
    const closing: Promise<boolean>[] = [];
    for await (const page of live.at(serverId)) {
      for (const session of page) {
        const forMs = silentMs.get(session.peer);
        if (forMs === undefined || session.startedAt > clock() - forMs + graceMs) continue;
        if (!this.#ended.hasRoom()) break;
        silentMs.delete(session.peer);
        this.#ended.note(clock());
        closing.push(this.#end(session));
      }
      // Each page costs its edge a look at all of its connections.
      if (silentMs.size === 0 || !this.#ended.hasRoom()) break;
    }
    return (await Promise.all(closing)).filter(Boolean).length;
  }

  async #end(session: LiveSession): Promise<boolean> {
    const { live, metrics, log } = this.#options;
    const closed = await live.close(session);
    if (!closed) return false;
    metrics.closed.inc();
    log.info({ client: session.clientId }, "session closed: nothing came from its device");
    return true;
  }
}

const problem = (error: string) => JSON.stringify({ error });
