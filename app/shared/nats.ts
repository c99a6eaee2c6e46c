import { connect, type NatsConnection } from "nats";
import type { Logger } from "pino";
import { inboxPrefix } from "../contract/service-user.ts";
import { renewedPassword } from "./renewed-file.ts";

export type {
  ConsumerMessages,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
  StoredMsg,
  StreamConfig,
} from "@nats-io/jetstream";
export { JetStreamApiError, jetstream, jetstreamManager } from "@nats-io/jetstream";
export { type KV, Kvm } from "@nats-io/kv";
export {
  AuthorizationError,
  headers as messageHeaders,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from "nats";

export interface NatsSettings {
  readonly servers: readonly string[];
  /** One of the contract's service users. */
  readonly user: string;
  readonly passwordFile: string;
  readonly caFile: string;
}

/**
 * Connects as one of the contract's users, and stays: a lost server is sought again without end,
 * each time with the password and the authority that the files hold by then.
 *
 * The addresses of the cluster's gossip are ignored, because they would lead services to edges.
 */
export async function connectNats(
  settings: NatsSettings,
  name: string,
  log: Logger,
): Promise<NatsConnection> {
  const { user } = settings;
  const password = renewedPassword(settings.passwordFile);
  const connection = await connect({
    name,
    servers: [...settings.servers],
    authenticator: () => ({ user, pass: password() }),
    inboxPrefix: inboxPrefix(user),
    tls: { caFile: settings.caFile, handshakeFirst: true },
    ignoreClusterUpdates: true,
    waitOnFirstConnect: true,
    // A password that is being rotated is refused for a moment on some servers.
    ignoreAuthErrorAbort: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    reconnectJitterTLS: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 2_000,
    // A stack trace for every failed publish is dear when a cluster is down.
    noAsyncTraces: true,
  });
  watchStatus(connection, log);
  return connection;
}

/** What a process is told of NATS, as `natsSchema` and `processSchema` read it. */
interface NatsEnvironment {
  readonly REPLICA: string;
  readonly NATS_SERVERS: readonly string[];
  readonly NATS_PASSWORD_FILE: string;
  readonly NATS_CA_FILE: string;
}

/** Connects a process of ours, as its environment says. */
export const connectProcess = (user: string, environment: NatsEnvironment, log: Logger) =>
  connectNats(
    {
      servers: environment.NATS_SERVERS,
      user,
      passwordFile: environment.NATS_PASSWORD_FILE,
      caFile: environment.NATS_CA_FILE,
    },
    environment.REPLICA,
    log,
  );

async function watchStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "ping") continue;
    const troubled = status.type === "disconnect" || status.type === "error";
    log[troubled ? "warn" : "info"]({ nats: status }, `NATS ${status.type}`);
  }
}
