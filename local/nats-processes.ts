import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { coreUsers } from "../app/contract/region-users.ts";
import { passwordVariable, type ServiceUser } from "../app/contract/service-user.ts";
import { serverFiles } from "../app/mender/server-orders.ts";
import { accountsFolder, coreStartScript } from "../infra/messaging/core-start.ts";
import { edgeStartScript, gateCredential } from "../infra/messaging/edge-start.ts";
import { natsCoreConfig, natsEdgeConfig } from "../infra/messaging/nats-config.ts";
import type { Certificates } from "./certificates.ts";
import type { ProcessSpec } from "./managed-process.ts";
import type { Links } from "./region-options.ts";
import type { Secrets } from "./secrets.ts";

export interface CoreEndpoints {
  readonly client: number;
  readonly cluster: number;
  readonly monitor: number;
}

export interface EdgeEndpoints extends CoreEndpoints {
  readonly mqtt: number;
}

export interface NatsLayout {
  readonly directory: string;
  readonly region: string;
  readonly cores: readonly CoreEndpoints[];
  readonly edges: readonly EdgeEndpoints[];
  readonly certificates: Certificates;
  /** Undefined: devices have secrets. */
  readonly deviceCaFile: string | undefined;
  readonly secrets: Secrets;
  readonly syncInterval: string;
  readonly links: Links | undefined;
  readonly profiled?: boolean;
}

const local = (port: number) => `127.0.0.1:${port}`;
const storeLimitBytes = 40 * 1024 ** 3;

/** Beside the configuration: so a server takes new ones when it is told to read it again. */
const passwordsFile = "passwords.conf";

/** Writes the passwords that a core server knows, as they are now. */
function writePasswords(
  layout: NatsLayout,
  directory: string,
  users: readonly ServiceUser[],
): void {
  const lines = users.map(({ name }) => {
    const password = readFileSync(layout.secrets.passwordFile(name), "utf8").trim();
    return `${passwordVariable(name)}: "${password}"\n`;
  });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, passwordsFile), lines.join(""), { mode: 0o600 });
}

function specOf(
  layout: NatsLayout,
  name: string,
  render: { config: string; monitor: number; environment: Readonly<Record<string, string>> },
): ProcessSpec & { readonly directory: string } {
  const directory = join(layout.directory, name);
  mkdirSync(directory, { recursive: true });
  const configFile = join(directory, "nats-server.conf");
  writeFileSync(configFile, render.config);
  return {
    name,
    directory,
    command: "nats-server",
    // A free port, which it writes into its log.
    args: ["--config", configFile, ...(layout.profiled ? ["--profile", "-1"] : [])],
    environment: {
      ...render.environment,
      GOMAXPROCS: "1",
    },
    ready: async () => {
      const response = await fetch(`http://${local(render.monitor)}/healthz`);
      if (!response.ok) throw new Error(await response.text());
    },
  };
}

const peersOf = ({ links }: NatsLayout) => links?.peers.map((peer) => peer.region) ?? [];

function leafArgs({ links, certificates }: NatsLayout, index: number) {
  if (!links) return {};
  return {
    leaf: {
      listen: local(endpointsAt(links.listen, index)),
      tls: { ...certificates.leaf(links.region), caFile: certificates.caFile },
      peers: links.peers.map((peer) => ({
        region: peer.region,
        url: `tls://${local(peer.port)}`,
      })),
    },
  };
}

function sharedArgs(layout: NatsLayout, serverName: string, endpoints: CoreEndpoints) {
  return {
    serverName,
    region: layout.region,
    clientListen: local(endpoints.client),
    monitorListen: local(endpoints.monitor),
    ...(layout.cores.length + layout.edges.length > 1 && {
      cluster: {
        listen: local(endpoints.cluster),
        routes: layout.cores.map((core) => local(core.cluster)),
      },
    }),
    tls: { ...layout.certificates.nats, caFile: layout.certificates.caFile },
    authIssuer: layout.secrets.issuerPublicKey,
  };
}

export function coreSpec(layout: NatsLayout, index: number): ProcessSpec {
  const name = `core-${index + 1}`;
  const endpoints = endpointsAt(layout.cores, index);
  // To its peers a server on its own is a cluster of its own name, which must not be theirs.
  const serverName = layout.links && layout.cores.length === 1 ? layout.region : name;
  const storeDirectory = join(layout.directory, name, "store");
  const config = natsCoreConfig({
    ...sharedArgs(layout, serverName, endpoints),
    storeDirectory,
    storeLimitBytes,
    syncInterval: layout.syncInterval,
    passwordsFile,
    ...leafArgs(layout, index),
  });
  writePasswords(layout, join(layout.directory, name), coreUsers(peersOf(layout)));
  const environment = { GOGC: "400" };
  const spec = specOf(layout, name, { config, monitor: endpoints.monitor, environment });
  const at = (file: string) => join(spec.directory, file);
  const server = [spec.command, ...spec.args, "--pid", at(serverFiles.pid)];
  const start = ["-c", coreStartScript, "start", at(serverFiles.orders)];
  return {
    ...spec,
    command: "sh",
    args: [...start, accountsFolder(storeDirectory), ...server],
    // What runs beside it has it end, and be started again as the kubelet would.
    restarts: true,
  };
}

export function edgeSpec(layout: NatsLayout, index: number): ProcessSpec {
  const name = `edge-${index + 1}`;
  const endpoints = endpointsAt(layout.edges, index);
  const config = natsEdgeConfig({
    ...sharedArgs(layout, name, endpoints),
    mqttListen: local(endpoints.mqtt),
    mqttTls: layout.certificates.edge,
    ...(layout.deviceCaFile !== undefined && { deviceCaFile: layout.deviceCaFile }),
    mqttStreamReplicas: Math.min(3, layout.cores.length),
    maxConnections: 20_000,
    passwordsFile: gateCredential.passwords,
    peers: peersOf(layout),
  });
  // The share of garbage that may pile up: half of Go's default keeps many connections small.
  const environment = { GOGC: "50" };
  const spec = specOf(layout, name, { config, monitor: endpoints.monitor, environment });
  const start = ["-c", edgeStartScript, "start", spec.directory];
  return { ...spec, command: "sh", args: [...start, spec.command, ...spec.args] };
}

/** Where an edge leaves the password of the gate beside it; the first edge is 1. */
export const gatePasswordFile = (natsDirectory: string, edge: number) =>
  join(natsDirectory, `edge-${edge}`, gateCredential.password);

function endpointsAt<T>(all: readonly T[], index: number): T {
  const found = all[index];
  if (!found) throw new Error(`the layout has no server at ${index}`);
  return found;
}
