import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type NatsConnection } from "nats";
import { jetstreamManager } from "../app/shared/nats.ts";
import { type Certificates, ensureCertificates } from "../local/certificates.ts";
import { ManagedProcess } from "../local/managed-process.ts";
import { findPorts } from "../local/ports.ts";
import { FloorFlow } from "./floor-flow.ts";

/** What the product cannot do without: three copies of two streams, the second one republished. */
export interface Floor {
  readonly flow: FloorFlow;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

interface Ports {
  readonly client: number;
  readonly cluster: number;
  readonly monitor: number;
}

const password = "floor";
const streamLimitBytes = 2 ** 30;
const readyLimitMs = 60_000;
const secondNs = 1_000_000_000;

function serverConfig(
  { certificates, syncInterval, all }: Setup,
  { name, at, store }: { name: string; at: Ports; store: string },
): string {
  const { nats, caFile } = certificates;
  const routes = all.map(({ cluster }) => `"tls://127.0.0.1:${cluster}"`).join(", ");
  const tls = `cert_file: "${nats.certFile}", key_file: "${nats.keyFile}", ca_file: "${caFile}", min_version: "1.3"`;
  return `server_name: ${name}
listen: "127.0.0.1:${at.client}"
http: "127.0.0.1:${at.monitor}"
tls { ${tls}, handshake_first: true }
cluster {
  name: floor, listen: "127.0.0.1:${at.cluster}", no_advertise: true, routes: [${routes}]
  tls { ${tls}, verify: true, timeout: 5 }
}
jetstream { store_dir: "${store}", sync_interval: "${syncInterval}" }
accounts {
  A: { jetstream: enabled, users: [{ user: a, password: ${password} }] }
  SYS: { users: [{ user: s, password: ${password} }] }
}
system_account: SYS
`;
}

interface Setup {
  readonly directory: string;
  readonly certificates: Certificates;
  readonly syncInterval: string;
  readonly all: readonly Ports[];
}

function serverAt(setup: Setup, index: number): ManagedProcess {
  const { directory, all } = setup;
  const name = `floor-${index + 1}`;
  const at = all[index];
  if (!at) throw new Error(`there are no ports for ${name}`);
  const file = join(directory, `${name}.conf`);
  writeFileSync(file, serverConfig(setup, { name, at, store: join(directory, name) }));
  const spec = {
    name,
    command: "nats-server",
    args: ["--config", file],
    // As the region's.
    environment: { GOMAXPROCS: "1", GOGC: "400" },
    ready: async () => {
      const response = await fetch(`http://127.0.0.1:${at.monitor}/healthz`);
      if (!response.ok) throw new Error(await response.text());
    },
  };
  return new ManagedProcess(spec, join(directory, "logs"));
}

async function makeStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const common = {
    num_replicas: 3,
    allow_direct: true,
    max_bytes: streamLimitBytes,
    duplicate_window: 7_200 * secondNs,
  };
  const deadline = Date.now() + readyLimitMs;
  for (;;) {
    try {
      await manager.streams.add({ ...common, name: "S0", subjects: ["s0.*.*"] });
      const republish = { src: "s1.*", dest: "deliver.{{wildcard(1)}}" };
      await manager.streams.add({ ...common, name: "S1", subjects: ["s1.*"], republish });
      return;
    } catch (error) {
      // The servers have just begun to look for each other.
      if (Date.now() > deadline) throw error;
      await delay(500);
    }
  }
}

/**
 * Three servers with TLS, two replicated streams, and a minimal program between them that publishes,
 * reads, forwards and receives: no broker, no rules, no devices. What the region costs more is ours.
 */
export async function startFloor(directory: string, syncInterval: string): Promise<Floor> {
  mkdirSync(directory, { recursive: true });
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const numbers = await findPorts(9);
  const port = (at: number) => numbers[at] ?? 0;
  const all = [0, 3, 6].map((at) => ({
    client: port(at),
    cluster: port(at + 1),
    monitor: port(at + 2),
  }));
  const setup = { directory, certificates, syncInterval, all };
  const servers = all.map((_, index) => serverAt(setup, index));
  const connections: NatsConnection[] = [];
  const open = async (index: number) => {
    const connection = await connect({
      servers: `127.0.0.1:${all[index]?.client}`,
      user: "a",
      pass: password,
      tls: { caFile: certificates.caFile, handshakeFirst: true },
      noAsyncTraces: true,
    });
    connections.push(connection);
    return connection;
  };
  const stop = async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await Promise.all(servers.map((server) => server.start()));
    const publisher = await open(0);
    await makeStreams(publisher);
    const flow = new FloorFlow({ publisher, forwarder: await open(1), receiver: await open(2) });
    await flow.start();
    return { flow, stop, pids: servers.flatMap(({ pid }) => pid ?? []) };
  } catch (error) {
    await stop();
    throw error;
  }
}
