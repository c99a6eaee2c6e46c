import { subjects } from "../../contract/subjects.ts";
import type { Follower } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import { jetstream } from "../../shared/nats.ts";
import type { AuthConnections } from "../connections.ts";
import { LiveSessions } from "../revocation/live-sessions.ts";
import { followLogins } from "./follow-logins.ts";
import type { Login } from "./login.ts";
import { LoginTeller } from "./login-teller.ts";
import { MovedSessions } from "./moved-sessions.ts";
import type { createOneSessionMetrics } from "./one-session-metrics.ts";
import type { OwnLogins } from "./own-logins.ts";

export interface OneSessionOptions {
  readonly connections: Pick<AuthConnections, "auth" | "system" | "peers">;
  /** Names this process among the replicas of its region. */
  readonly replica: string;
  /** Where each device logged in last. */
  readonly own: OwnLogins;
  /** Sessions that end in a minute at most because of one other region. */
  readonly perMinute: number;
  /** A session lasts no longer, in milliseconds. */
  readonly sessionMs: number;
  readonly metrics: ReturnType<typeof createOneSessionMetrics>;
  readonly log: Logger;
}

export interface OneSession {
  /** Is told of each login that was admitted here. */
  readonly admitted: (login: Omit<Login, "atMs">) => void;
  readonly stop: () => Promise<void>;
}

/** What other regions told before our start counts for so long: all replicas here may have been away. */
const newsMs = 15 * 60_000;
const storeLimitMs = 5_000;

/**
 * Sees to it that a device has one session in all regions: each tells the others who logged in, and
 * ends its own session of a device that has logged in elsewhere since. Within a region the servers
 * see to it themselves.
 */
export function startOneSession(options: OneSessionOptions): OneSession {
  const { connections, replica, metrics, own } = options;
  // The time of day, which the clocks of all regions are held to.
  const timed = (login: Omit<Login, "atMs">) => ({ ...login, atMs: Date.now() });
  if (connections.peers.length === 0) {
    return { admitted: (login) => own.learn(timed(login)), stop: async () => {} };
  }
  const js = jetstream(connections.auth.connection);
  const teller = new LoginTeller({
    store: (message) => js.publish(subjects.logins(replica), message, { timeout: storeLimitMs }),
    onTold: (logins) => metrics.told.inc(logins),
    onUntold: (logins) => metrics.untold.inc(logins),
  });
  const stopFollowing = followRegions(options);
  return {
    admitted: (each) => {
      const login = timed(each);
      own.learn(login);
      teller.tell(login);
    },
    stop: async () => {
      stopFollowing();
      await teller.stop();
    },
  };
}

/** Learns what happened here, then compares what the peers tell with it. */
function followRegions(options: OneSessionOptions): () => void {
  const { connections, own, perMinute, metrics, log } = options;
  const live = new LiveSessions(connections.system.connection);
  const peers = connections.peers.map(({ region: peer, connection }) => ({
    connection,
    moved: new MovedSessions({ peer, own, live, perMinute, metrics, log }),
  }));
  metrics.watchWaiting(() => peers.reduce((sum, { moved }) => sum + moved.waiting, 0));
  const readers: Follower[] = [];
  const followPeers = () => {
    const since = Date.now() - newsMs;
    for (const { connection, moved } of peers) {
      readers.push(followLogins({ connection, since, onLogin: (each) => moved.take(each), log }));
    }
  };
  const ownReader = followLogins({
    connection: connections.auth.connection,
    since: Date.now() - options.sessionMs,
    onLogin: (login) => own.learn(login),
    onRead: () => {
      if (readers.length === 0) followPeers();
    },
    log,
  });
  return () => {
    ownReader.stop();
    for (const reader of readers) reader.stop();
    for (const { moved } of peers) moved.stop();
  };
}
