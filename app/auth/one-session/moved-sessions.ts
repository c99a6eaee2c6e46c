import type { RegionName } from "../../contract/regions.ts";
import type { Logger } from "../../shared/log.ts";
import type { LiveSessions } from "../revocation/live-sessions.ts";
import { givesWay, type Login } from "./login.ts";
import type { createOneSessionMetrics } from "./one-session-metrics.ts";
import type { OwnLogins } from "./own-logins.ts";
import { PacedClosings } from "./paced-closings.ts";

export interface MovedSessionsOptions {
  readonly peer: RegionName;
  readonly own: OwnLogins;
  readonly live: Pick<LiveSessions, "close">;
  readonly perMinute: number;
  readonly metrics: ReturnType<typeof createOneSessionMetrics>;
  readonly log: Logger;
}

/**
 * Ends our sessions of devices that have logged in to one other region since. What that region may
 * so cause is the end of sessions of ids that it names, at a bounded pace: each device comes back.
 */
export class MovedSessions {
  readonly #own: OwnLogins;
  readonly #closings: PacedClosings;

  constructor({ peer, own, live, perMinute, metrics, log }: MovedSessionsOptions) {
    this.#own = own;
    this.#closings = new PacedClosings({
      perMinute,
      close: (login) => live.close(login),
      onClosed: (login) => {
        own.forget(login.clientId, login);
        metrics.closed.inc();
        log.info(
          { client: login.clientId, peer },
          "session closed: its device is in another region",
        );
      },
      onFailure: ({ clientId }, error) => {
        metrics.failures.inc();
        log.warn(
          { err: error, client: clientId, peer },
          "the session of a moved device stays open",
        );
      },
      onDropped: () => metrics.dropped.inc(),
    });
  }

  get waiting(): number {
    return this.#closings.waiting;
  }

  /** Takes a login that the peer told. */
  take(login: Login): void {
    const { clientId } = login;
    const session = this.#own.of(clientId);
    if (session && givesWay({ clientId, ...session }, login)) {
      this.#closings.add({ clientId, ...session });
    }
  }

  stop(): void {
    this.#closings.stop();
  }
}
