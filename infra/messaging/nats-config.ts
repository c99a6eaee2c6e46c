import {
  type Account,
  accounts,
  crossings,
  passwordVariable,
  serviceUsers,
} from "../../app/contract/accounts.ts";
import { authTimeoutMs } from "../../app/contract/limits.ts";
import { type ConfigValue, EnvironmentReference, renderNatsSyntax } from "./nats-syntax.ts";

/** `host:port`, as nats-server writes addresses. */
type Address = string;

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

export interface NatsServerArgs {
  readonly serverName: string;
  /** Cluster name and, on core servers, JetStream domain. */
  readonly region: string;
  /** Where services connect; on an edge it is only there for the server's own needs. */
  readonly clientListen: Address;
  /** Health and monitoring, without TLS: must not be reachable from outside the pod or host. */
  readonly monitorListen: Address;
  /** Undefined: a single server, which JetStream would otherwise let wait for its peers. */
  readonly cluster?: {
    readonly listen: Address;
    /** Cluster addresses of the core servers: a full mesh grows from them. */
    readonly routes: readonly Address[];
  };
  /** For the client and the cluster listener; the cluster asks its peers for a certificate too. */
  readonly tls: TlsFiles;
  /** Public account nkey whose signature on an auth callout answer is believed. */
  readonly authIssuer: string;
}

export interface NatsCoreArgs extends NatsServerArgs {
  readonly storeDirectory: string;
  readonly storeLimitBytes: number;
  /**
   * When stored messages are forced to disk. `always`: before each acknowledgement. A duration
   * such as `2m` is faster, and loses acknowledged messages when all replicas lose power at once.
   */
  readonly syncInterval: "always" | string;
}

export interface NatsEdgeArgs extends NatsServerArgs {
  readonly mqttListen: Address;
  readonly mqttTls: Omit<TlsFiles, "caFile">;
  /** Copies of the MQTT session streams: as many as the core has servers, 3 at most. */
  readonly mqttStreamReplicas: number;
  readonly maxConnections: number;
}

function userEntry(user: (typeof serviceUsers)[number]): ConfigValue {
  return {
    user: user.name,
    password: new EnvironmentReference(passwordVariable(user.name)),
    permissions: {
      publish: user.publish.length > 0 ? { allow: user.publish } : { deny: ">" },
      subscribe: { allow: user.subscribe },
      allow_responses: user.responds ? { max: 1, expires: "10s" } : undefined,
    },
  };
}

function accountEntry(account: Account, users: readonly ConfigValue[]): ConfigValue {
  const crossing = Object.values(crossings);
  const leaving = crossing.filter((c) => c.from === account);
  const entering = crossing.filter((c) => c.to === account);
  return {
    jetstream: account === "CORE" || account === "DEVICES" ? "enabled" : undefined,
    users,
    // A list of accounts makes the export private to them.
    exports: leaving.map((c) => ({ stream: c.subject, accounts: [c.to] })),
    imports: entering.map((c) => ({ stream: { account: c.from, subject: c.subject }, to: c.as })),
  };
}

/** Accounts and callout are the same on every server; users only where they may connect. */
function sharedEntries(args: NatsServerArgs, connects: (account: Account) => boolean) {
  const users = serviceUsers.filter((user) => connects(user.account));
  return {
    system_account: "SYS",
    accounts: Object.fromEntries(
      accounts.map((account) => [
        account,
        accountEntry(account, users.filter((u) => u.account === account).map(userEntry)),
      ]),
    ),
    authorization: {
      timeout: authTimeoutMs / 1000,
      auth_callout: {
        issuer: args.authIssuer,
        account: "AUTH",
        auth_users: users.map((user) => user.name),
      },
    },
  };
}

function listenEntries(args: NatsServerArgs) {
  const tls = {
    cert_file: args.tls.certFile,
    key_file: args.tls.keyFile,
    ca_file: args.tls.caFile,
    min_version: "1.3",
  };
  return {
    server_name: args.serverName,
    listen: args.clientListen,
    http: args.monitorListen,
    tls: { ...tls, handshake_first: true },
    max_payload: 1024 * 1024,
    // Long enough for connections to move over one by one; 30 s is the least that is accepted.
    lame_duck_duration: "30s",
    lame_duck_grace_period: "5s",
    cluster: args.cluster && {
      name: args.region,
      listen: args.cluster.listen,
      routes: args.cluster.routes.map((address) => `tls://${address}`),
      // Services are told where core is; devices come through the load balancer.
      no_advertise: true,
      tls: { ...tls, verify: true, timeout: 5 },
    },
  };
}

/** Configuration of a server that stores. Services connect here, devices never do. */
export function natsCoreConfig(args: NatsCoreArgs): string {
  return renderNatsSyntax({
    ...listenEntries(args),
    jetstream: {
      store_dir: args.storeDirectory,
      domain: args.region,
      max_file_store: args.storeLimitBytes,
      sync_interval: args.syncInterval,
    },
    ...sharedEntries(args, (account) => account !== "DEVICES"),
  });
}

/** Configuration of a server that devices connect to. It stores nothing and knows no service's password. */
export function natsEdgeConfig(args: NatsEdgeArgs): string {
  return renderNatsSyntax({
    ...listenEntries(args),
    max_connections: args.maxConnections,
    mqtt: {
      listen: args.mqttListen,
      tls: {
        cert_file: args.mqttTls.certFile,
        key_file: args.mqttTls.keyFile,
        min_version: "1.3",
        timeout: 10,
      },
      stream_replicas: args.mqttStreamReplicas,
      // Nothing here needs exactly-once between device and edge, and its state is costly.
      reject_qos2_publish: true,
    },
    ...sharedEntries(args, (account) => account === "DEVICES"),
  });
}
