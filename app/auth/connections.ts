import { changeReader } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import type { Logger } from "../shared/log.ts";
import { connectNats, type NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import type { AuthEnvironment } from "./environment.ts";

export interface WatchedConnection {
  readonly connection: NatsConnection;
  readonly watch: NatsWatch;
}

export interface PeerConnection extends WatchedConnection {
  readonly region: RegionName;
}

/** One for each account in which there is something to do, because none may reach into another. */
export interface AuthConnections {
  /** As `auth`: writes AUDIT, reads and tells changes, answers inspectors. */
  readonly auth: WatchedConnection;
  /** As `auth-callout`: sees nothing but callouts. */
  readonly callout: WatchedConnection;
  /** As `session-closer`: asks the servers. */
  readonly system: WatchedConnection;
  /** For each peer, as the user who reads what that region changed, and who logged in there. */
  readonly peers: readonly PeerConnection[];
}

export async function connectAccounts(
  environment: AuthEnvironment,
  log: Logger,
): Promise<AuthConnections> {
  const { NATS_SERVERS: servers, NATS_CA_FILE: caFile, REPLICA } = environment;
  const connectAs = async (user: string, passwordFile: string): Promise<WatchedConnection> => {
    const connection = await connectNats({ servers, user, passwordFile, caFile }, REPLICA, log);
    return { connection, watch: new NatsWatch(connection) };
  };
  const [auth, callout, system, peers] = await Promise.all([
    connectAs("auth", environment.NATS_PASSWORD_FILE),
    connectAs("auth-callout", environment.CALLOUT_PASSWORD_FILE),
    connectAs("session-closer", environment.CLOSER_PASSWORD_FILE),
    Promise.all(
      environment.PEER_PASSWORD_FILES.map(async ({ region, passwordFile }) => ({
        region,
        ...(await connectAs(changeReader(region), passwordFile)),
      })),
    ),
  ]);
  return { auth, callout, system, peers };
}

export const closeConnections = ({ auth, callout, system, peers }: AuthConnections) =>
  Promise.all([auth, callout, system, ...peers].map(({ watch }) => watch.close()));
