import { crossings } from "../../app/contract/crossings.ts";
import { deviceLimits } from "../../app/contract/limits.ts";
import type { EnvironmentReference } from "./nats-syntax.ts";
import { type Address, type TlsFiles, tlsEntries } from "./nats-tls.ts";

export interface NatsListenArgs {
  /** Unique in the cluster. A reference where servers share one configuration file. */
  readonly serverName: string | EnvironmentReference;
  /** Cluster name and, on core servers, JetStream domain. */
  readonly region: string;
  /** Where services connect; on an edge, what runs beside it. */
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
}

/**
 * How long a server that is to end takes to let go of its connections, one by one: devices have to
 * find room and log in elsewhere, at the rate that those can take. 30 s is the least that is accepted.
 */
export const lameDuckSeconds = { core: 30, edge: 120 } as const;

/**
 * Largest message from a connection, routes and the servers' own excepted. It is also the largest
 * CONNECT of a stranger, who has not been asked for anything yet: an edge refuses a larger one at
 * its header, and would otherwise read, log and hand on to auth what is nobody's name. The gate
 * beside it sends a report of a device with headers.
 */
const maxPayload = { core: 1024 * 1024, edge: deviceLimits.messageBytes + 1024 } as const;

/**
 * What may wait for one connection of an edge. Beyond three quarters of it nats-server lets whoever sends to
 * that one wait for a moment at each read: so a flood comes in no faster than the gate takes it, and
 * the edge has time for alerts. A connection that has more waiting is closed.
 */
const edgeMaxPendingBytes = 32 * 1024 * 1024;

/** What no edge asks other servers for: it is for the gate beside the edge that took it. */
const keptAtEdge = {
  import: { deny: [crossings.reportsToGate.subject, crossings.resumesToGate.subject] },
};

/** Where a server listens, and what it takes from whom. */
export function listenEntries(args: NatsListenArgs, role: keyof typeof lameDuckSeconds) {
  const tls = tlsEntries(args.tls);
  return {
    server_name: args.serverName,
    listen: args.clientListen,
    http: args.monitorListen,
    tls: { ...tls, handshake_first: true },
    max_payload: maxPayload[role],
    max_pending: role === "edge" ? edgeMaxPendingBytes : undefined,
    lame_duck_duration: `${lameDuckSeconds[role]}s`,
    lame_duck_grace_period: "5s",
    cluster: args.cluster && {
      name: args.region,
      listen: args.cluster.listen,
      routes: args.cluster.routes.map((address) => `tls://${address}`),
      // Services are told where core is; devices come through the load balancer.
      no_advertise: true,
      permissions: role === "edge" ? keptAtEdge : undefined,
      tls: { ...tls, verify: true, timeout: 5 },
    },
  };
}
