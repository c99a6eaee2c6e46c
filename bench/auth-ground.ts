import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { consumerDefinitions } from "../app/contract/consumers.ts";
import { defaultScale } from "../app/contract/stream-definition.ts";
import { streamDefinitions } from "../app/contract/streams.ts";
import { provisionConsumers, provisionStreams } from "../app/provision/provision.ts";
import { createLog } from "../app/shared/log.ts";
import { connectNats, jetstreamManager, type NatsConnection } from "../app/shared/nats.ts";
import { renderNatsSyntax } from "../infra/messaging/nats-syntax.ts";
import { type Certificates, ensureCertificates } from "../local/certificates.ts";
import { awsRegion, deviceTable } from "../local/endpoints.ts";
import { ManagedProcess } from "../local/managed-process.ts";
import { findPorts } from "../local/ports.ts";
import { ensureSecrets, type Secrets } from "../local/secrets.ts";
import { dynamodbSpec } from "../local/store-processes.ts";
import { type DelayLine, layDelayLine } from "../test/support/delay-line.ts";
import { quiet } from "./quiet-process.ts";

const host = "127.0.0.1";
/** Publishes callouts as nats-server itself would. No user of the product may do that. */
export const caller = "server";
const users = {
  STORES: ["auth", "provision"],
  CALLOUT: ["auth-callout", caller],
  SYS: ["session-closer"],
};

export interface Ground {
  readonly dynamodb: { readonly endpoint: string; readonly region: string; readonly table: string };
  /** The line between auth and the emulator. */
  readonly line: DelayLine;
  /** Resolves when the emulator has nothing left to do of its own. */
  emulatorRests(): Promise<void>;
  connectAs(user: string): Promise<NatsConnection>;
  /** A new auth process, from its bundle as the image runs it. */
  startAuth(settings?: Record<string, string>): Promise<{ url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

interface Parts {
  readonly directory: string;
  readonly certificates: Certificates;
  readonly secrets: Secrets;
  readonly port: number;
}

/** One server with the two accounts that auth knows; what it costs is not what is measured. */
function natsServer({ directory, certificates, secrets, port }: Parts, monitor: number) {
  const accountUsers = (names: readonly string[]) =>
    names.map((user) => ({ user, password: readFileSync(secrets.passwordFile(user), "utf8") }));
  const document = {
    server_name: "bench",
    listen: `${host}:${port}`,
    http: `${host}:${monitor}`,
    jetstream: { store_dir: join(directory, "store") },
    tls: {
      cert_file: certificates.nats.certFile,
      key_file: certificates.nats.keyFile,
      min_version: "1.3",
      handshake_first: true,
    },
    accounts: {
      STORES: { jetstream: "enabled", users: accountUsers(users.STORES) },
      CALLOUT: { users: accountUsers(users.CALLOUT) },
      SYS: { users: accountUsers(users.SYS) },
    },
    system_account: "SYS",
  };
  const file = join(directory, "nats-server.conf");
  writeFileSync(file, renderNatsSyntax(document), { mode: 0o600 });
  const ready = async () => {
    const response = await fetch(`http://${host}:${monitor}/healthz`);
    if (!response.ok) throw new Error(await response.text());
  };
  const spec = { name: "nats-server", command: "nats-server", args: ["--config", file] };
  return new ManagedProcess({ ...spec, environment: { GOGC: "400" }, ready }, directory);
}

const restLimitMs = 60_000;
const root = join(import.meta.dirname, "..");

function authProcess(parts: Parts, port: number, settings: Record<string, string>) {
  const { directory, certificates, secrets } = parts;
  const url = `http://${host}:${port}`;
  const environment = {
    REPLICA: "auth-1",
    LOG_LEVEL: "warn",
    HTTP_HOST: host,
    HTTP_PORT: String(port),
    NATS_SERVERS: `tls://${host}:${parts.port}`,
    NATS_CA_FILE: certificates.caFile,
    NATS_PASSWORD_FILE: secrets.passwordFile("auth"),
    CALLOUT_PASSWORD_FILE: secrets.passwordFile("auth-callout"),
    CLOSER_PASSWORD_FILE: secrets.passwordFile("session-closer"),
    AUTH_ISSUER_SEED_FILE: secrets.issuerSeedFile,
    AUDIT_KEY_FILE: secrets.auditKeyFile("auth"),
    AUDIT_KEYS_FILE: secrets.auditKeysFile,
    DEVICE_TABLE: deviceTable,
    AWS_REGION: awsRegion,
    ...settings,
  };
  const ready = async () => {
    const response = await fetch(`${url}/readyz`);
    if (!response.ok) throw new Error((await response.text()).trim());
  };
  const args = ["--max-semi-space-size=32", join(root, "dist/auth/main.js")];
  const spec = { name: "auth-1", command: process.execPath, args, environment, ready };
  return { url, managed: new ManagedProcess(spec, directory) };
}

const streamsOfAuth: ReadonlySet<string> = new Set(["AUDIT", "REGISTRY_CHANGES"]);

/** What auth writes and reads, as the product has it, but for its copies. */
async function makeStreams(provision: NatsConnection): Promise<void> {
  const scale = { ...defaultScale, replicas: 1, alertRetentionHours: 1 };
  const jsm = await jetstreamManager(provision);
  const definitions = streamDefinitions(scale).filter(({ name }) => streamsOfAuth.has(name));
  await provisionStreams(jsm, definitions, createLog("bench", "error"));
  await provisionConsumers(jsm, definitions, consumerDefinitions);
}

/** What auth stands between: a NATS server and a DynamoDB emulator. */
export async function prepareGround(directory: string): Promise<Ground> {
  mkdirSync(directory, { recursive: true });
  const certificates = await ensureCertificates(join(directory, "certificates"));
  const secrets = ensureSecrets(join(directory, "secrets"));
  const [port = 0, monitor = 0, table = 0, operations = 0] = await findPorts(4);
  const parts = { directory, certificates, secrets, port };
  const server = natsServer(parts, monitor);
  const emulator = new ManagedProcess(
    dynamodbSpec({ directory: join(directory, "dynamodb"), port: table }),
    directory,
  );
  await Promise.all([server.start(), emulator.start()]);
  const line = await layDelayLine(table);
  const { caFile } = certificates;
  const connectAs = (user: string) => {
    const passwordFile = secrets.passwordFile(user);
    const settings = { servers: [`tls://${host}:${port}`], user, passwordFile, caFile };
    return connectNats(settings, "bench", createLog("bench", "error"));
  };
  const provision = await connectAs("provision");
  await makeStreams(provision);
  await provision.close();
  const endpoint = `http://${host}:${line.port}`;
  return {
    dynamodb: { endpoint: `http://${host}:${table}`, region: awsRegion, table: deviceTable },
    line,
    emulatorRests: async () => {
      if (emulator.pid !== undefined) await quiet(emulator.pid, restLimitMs);
    },
    connectAs,
    startAuth: async (settings = {}) => {
      const own = { DYNAMODB_ENDPOINT: endpoint, ...settings };
      const { url, managed } = authProcess(parts, operations, own);
      await managed.start();
      return { url, stop: () => managed.stop() };
    },
    stop: async () => {
      await Promise.all([server.stop(), emulator.stop(), line.close()]);
    },
  };
}
