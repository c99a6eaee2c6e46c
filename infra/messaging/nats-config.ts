import { type Account, accountsOf, storesIn } from "../../app/contract/accounts.ts";
import { authTimeoutMs, deviceLimits } from "../../app/contract/limits.ts";
import { peerAccount } from "../../app/contract/peers.ts";
import { coreUsers } from "../../app/contract/region-users.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import {
  passwordVariable,
  publishable,
  type ServiceUser,
} from "../../app/contract/service-user.ts";
import { edgeUsers } from "../../app/contract/service-users.ts";
import { configurationKey } from "./edge-turns.ts";
import { accountBorders } from "./nats-borders.ts";
import { type LeafArgs, leafEntries, leafUserEntry } from "./nats-leaf.ts";
import { listenEntries, type NatsListenArgs } from "./nats-listeners.ts";
import { type ConfigValue, EnvironmentReference, renderNatsSyntax } from "./nats-syntax.ts";
import type { Address, TlsFiles } from "./nats-tls.ts";

export interface NatsServerArgs extends NatsListenArgs {
  /** Public account nkey whose signature on an auth callout answer is believed. */
  readonly authIssuer: string;
  /**
   * File with a line `SENTINEL_PASSWORD_X: "…"` for each user of `coreUsers` or `edgeUsers`, and no
   * other. Relative
   * to the folder of the configuration file: nats-server takes every path of an included file so.
   * Undefined: the passwords are in the environment, under the same names.
   */
  readonly passwordsFile?: string;
}

export interface NatsCoreArgs extends NatsServerArgs {
  readonly storeDirectory: string;
  readonly storeLimitBytes: number;
  /**
   * When stored messages are forced to disk. `always`: before each acknowledgement. A duration
   * such as `2m` is faster, and loses acknowledged messages when all replicas lose power at once.
   */
  readonly syncInterval: "always" | string;
  /** Undefined: a region on its own. */
  readonly leaf?: LeafArgs;
}

export interface NatsEdgeArgs extends NatsServerArgs {
  readonly mqttListen: Address;
  readonly mqttTls: Omit<TlsFiles, "caFile">;
  /**
   * Certificates of the authorities that issue the devices' certificates: then a device without one
   * of those does not get through the handshake. Undefined: devices are asked for none.
   */
  readonly deviceCaFile?: string;
  /** Copies of the MQTT session streams: as many as the core has servers, 3 at most. */
  readonly mqttStreamReplicas: number;
  readonly maxConnections: number;
  /** What the server shows of its configuration, so that others see whether it has a new one. */
  readonly configuration?: string;
  /** The peers that the core is linked to: servers of a cluster must know the same accounts. */
  readonly peers?: readonly RegionName[];
}

/** Somebody who is known by the configuration, and so is exempt from the callout. */
type NamedUser = {
  readonly account: Account;
  readonly user: string;
  readonly [key: string]: ConfigValue | undefined;
};

function serviceEntry(user: ServiceUser): NamedUser {
  const publish = publishable(user);
  return {
    account: user.account,
    user: user.name,
    password: new EnvironmentReference(passwordVariable(user.name)),
    allowed_connection_types: ["STANDARD"],
    permissions: {
      publish: publish.length > 0 ? { allow: publish } : { deny: ">" },
      subscribe: user.subscribe.length > 0 ? { allow: user.subscribe } : { deny: ">" },
      allow_responses: user.responds ? { max: 1, expires: "10s" } : undefined,
    },
  };
}

/**
 * Here and not in a device's token: nats-server 2.15 takes limits from a token only when the client
 * itself shows it. There is no limit of connections here, since one would count those of the whole
 * cluster: `max_connections` bounds each edge.
 */
const devicesLimits = {
  max_payload: deviceLimits.messageBytes,
  max_subscriptions: deviceLimits.subscriptions,
};

/**
 * For each subscription with QoS 1 or 2, nats-server's MQTT layer asks JetStream for a consumer of
 * what other MQTT clients publish with QoS 1 to that topic. Here nobody may: alerts come by NATS, as
 * QoS 0, whatever was granted. So none of those consumers would ever have a message, and yet each would
 * cost 90 kB on every core server and a stream would have a thousand of them at most. The edge's
 * question for one is turned into another that JetStream answers without an error and with
 * nothing made: see ADR 24.
 */
const consumersOfDevices = {
  "$JS.API.CONSUMER.DURABLE.CREATE.$MQTT_msgs.*": "$JS.API.INFO",
  "$JS.API.CONSUMER.DURABLE.CREATE.$MQTT_out.*": "$JS.API.INFO",
};

interface Shared {
  /** Of requests that this server itself makes in account DEVICES. */
  readonly mappings?: Readonly<Record<string, string>>;
  readonly args: NatsServerArgs;
  readonly peers: readonly RegionName[];
  readonly users: readonly NamedUser[];
}

function accountEntry(account: Account, { peers, users, mappings }: Shared): ConfigValue {
  return {
    limits: account === "DEVICES" ? devicesLimits : undefined,
    mappings: account === "DEVICES" ? mappings : undefined,
    jetstream: storesIn(account) ? "enabled" : undefined,
    users: users
      .filter((user) => user.account === account)
      .map(({ account: _, ...entry }) => entry),
    ...accountBorders(account, peers),
  };
}

/** Accounts and callout are the same on every server; users only where they may connect. */
function sharedEntries(shared: Shared) {
  return {
    system_account: "SYS",
    accounts: Object.fromEntries(
      accountsOf(shared.peers).map((account) => [account, accountEntry(account, shared)]),
    ),
    authorization: {
      timeout: authTimeoutMs / 1000,
      auth_callout: {
        issuer: shared.args.authIssuer,
        account: "CALLOUT",
        auth_users: shared.users.map(({ user }) => user),
      },
    },
  };
}

/** Configuration of a server that stores. Services connect here, devices never do. */
export function natsCoreConfig(args: NatsCoreArgs): string {
  const peers = args.leaf?.peers.map((peer) => peer.region) ?? [];
  const document = {
    ...listenEntries(args, "core"),
    jetstream: {
      store_dir: args.storeDirectory,
      domain: args.region,
      max_file_store: args.storeLimitBytes,
      sync_interval: args.syncInterval,
    },
    leafnodes: args.leaf && leafEntries(args.leaf),
    ...sharedEntries({
      ...{ args, peers },
      users: [
        ...coreUsers(peers).map(serviceEntry),
        ...peers.map((peer) => ({
          account: peerAccount(peer),
          ...leafUserEntry(peer, args.region),
        })),
      ],
    }),
  };
  return renderNatsSyntax(document, args.passwordsFile);
}

/** Configuration of a server that devices connect to. It stores nothing and knows no password but its gate's. */
export function natsEdgeConfig(args: NatsEdgeArgs): string {
  const peers = args.peers ?? [];
  const document = {
    ...listenEntries(args, "edge"),
    server_metadata: args.configuration && { [configurationKey]: args.configuration },
    max_connections: args.maxConnections,
    // Stores nothing, and yet has the domain of those that do: only of that one does nats-server
    // take news of MQTT sessions, which end the older of two with one client id on two edges.
    jetstream: { enabled: false, domain: args.region },
    mqtt: {
      listen: args.mqttListen,
      tls: {
        cert_file: args.mqttTls.certFile,
        key_file: args.mqttTls.keyFile,
        ca_file: args.deviceCaFile,
        verify: args.deviceCaFile !== undefined ? true : undefined,
        min_version: "1.3",
        timeout: 10,
      },
      stream_replicas: args.mqttStreamReplicas,
    },
    ...sharedEntries({
      ...{ args, peers, users: edgeUsers().map(serviceEntry) },
      mappings: consumersOfDevices,
    }),
  };
  return renderNatsSyntax(document, args.passwordsFile);
}
