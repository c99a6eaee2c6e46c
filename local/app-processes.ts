import { join } from "node:path";
import type { SignaturePolicy } from "../app/contract/alert-signature.ts";
import type { AuditSignerName } from "../app/contract/audit-keys.ts";
import { type Lane, lanes } from "../app/contract/lanes.ts";
import { changeReader, sourceAccount } from "../app/contract/peers.ts";
import type { RegionName } from "../app/contract/regions.ts";
import { storeAccounts } from "../app/contract/stores.ts";
import { mqttStreamMaker, streamMaker } from "../app/contract/stream-makers.ts";
import type { Certificates } from "./certificates.ts";
import type { DeviceCa } from "./device-ca.ts";
import { archiveBucket, dynamodbEnvironment, endpointsOf, s3Environment } from "./endpoints.ts";
import type { Layout } from "./layout.ts";
import type { ProcessSpec } from "./managed-process.ts";
import { gatePasswordFile } from "./nats-processes.ts";
import type { Links, LocalOidc } from "./region-options.ts";
import type { Secrets } from "./secrets.ts";

const root = join(import.meta.dirname, "..");
const host = "127.0.0.1";

export interface AppContext {
  readonly layout: Layout;
  readonly certificates: Certificates;
  readonly deviceCa: DeviceCa | undefined;
  readonly secrets: Secrets;
  readonly logLevel: string;
  readonly profiled?: boolean;
  readonly links: Links | undefined;
  /** Of what each NATS server keeps. */
  readonly natsDirectory: string;
  readonly silentSeconds: number | undefined;
  readonly canarySeconds: number | undefined;
  readonly consoleSettings: Readonly<Record<string, string>> | undefined;
  /** Who is told of incidents; undefined: nobody. */
  readonly receiversFile: string | undefined;
  readonly oidc: LocalOidc | undefined;
  readonly signatures: SignaturePolicy | undefined;
}

const coreEnvironment = ({ layout, certificates }: AppContext) => ({
  NATS_SERVERS: endpointsOf(layout).natsServers.join(","),
  NATS_CA_FILE: certificates.caFile,
});

const natsEnvironment = (context: AppContext, user: string): Record<string, string> => ({
  ...coreEnvironment(context),
  NATS_PASSWORD_FILE: context.secrets.passwordFile(user),
});

const auditKeys = ({ secrets }: AppContext, signer: AuditSignerName) => ({
  AUDIT_KEY_FILE: secrets.auditKeyFile(signer),
  AUDIT_KEYS_FILE: secrets.auditKeysFile,
});

/** The passwords of a user for each peer, as processes are told them. */
function peerPasswords({ links, secrets }: AppContext, user: (peer: RegionName) => string) {
  const files = links?.peers.map(({ region }) => `${region}=${secrets.passwordFile(user(region))}`);
  return files && { PEER_PASSWORD_FILES: files.join(",") };
}

function peersEnvironment({ links }: AppContext): Record<string, string> {
  const peers = links?.peers.map(({ region }) => region) ?? [];
  return peers.length > 0 ? { PEERS: peers.join(",") } : {};
}

function inspectorEnvironment(context: AppContext, lane: Lane): Record<string, string> {
  return {
    ...natsEnvironment(context, lane.process),
    ...auditKeys(context, lane.process),
    LANE: lane.name,
    RULES_DIRECTORY: join(root, "rules"),
    ANOMALY_CLIENTS: "200000",
    REGION: context.links?.region ?? "local",
    ...(context.signatures && { SIGNATURES: context.signatures }),
  };
}

function oidcEnvironment({ oidc, layout, certificates }: AppContext): Record<string, string> {
  if (!oidc) return {};
  const { clientSecretFile, ...settings } = oidc;
  return {
    OIDC: JSON.stringify({ ...settings, consoleUrl: endpointsOf(layout).apiUrl }),
    ...(clientSecretFile !== undefined && { OIDC_CLIENT_SECRET_FILE: clientSecretFile }),
    // In the cluster a provider's certificate comes from a public authority.
    NODE_EXTRA_CA_CERTS: certificates.caFile,
  };
}

/** Roles that are another one's program with another environment. */
const programs: Readonly<Record<string, string>> = { "report-inspector": "inspector" };

/** What each role is told besides the common part. */
const particulars: Record<
  string,
  (context: AppContext, replica: number) => Record<string, string>
> = {
  auth: (context) => ({
    ...natsEnvironment(context, "auth"),
    ...dynamodbEnvironment(context.layout),
    CALLOUT_PASSWORD_FILE: context.secrets.passwordFile("auth-callout"),
    CLOSER_PASSWORD_FILE: context.secrets.passwordFile("session-closer"),
    ...peerPasswords(context, changeReader),
    AUTH_ISSUER_SEED_FILE: context.secrets.issuerSeedFile,
    ...auditKeys(context, "auth"),
    DEVICE_AUTH: context.deviceCa ? "certificate" : "secret",
    REGION: context.links?.region ?? "local",
  }),
  "report-gate": (context, edge) => ({
    ...coreEnvironment(context),
    NATS_PASSWORD_FILE: gatePasswordFile(context.natsDirectory, edge),
    NATS_SERVERS: `tls://${host}:${context.layout.edges[edge - 1]?.client}`,
    MQTT_PORT: String(context.layout.edges[edge - 1]?.mqtt),
    METERED_DEVICES: "100000",
    ...(context.canarySeconds && { CANARY_SECONDS: String(context.canarySeconds) }),
    ...(context.silentSeconds && { SILENT_SECONDS: String(context.silentSeconds) }),
  }),
  fence: ({ layout }) => ({
    DEVICE_PORTS: layout.edges.map(({ mqtt }) => mqtt).join(","),
    FENCE_TABLE: `sentinel_${layout.edges[0]?.mqtt}`,
  }),
  mender: (context, server) => ({
    ...natsEnvironment(context, "mender"),
    ...auditKeys(context, "mender"),
    SERVER_NAME: `core-${server}`,
    SERVER_FOLDER: join(context.natsDirectory, `core-${server}`),
    CORE_MONITORS: context.layout.cores
      .map(({ monitor }, index) => `core-${index + 1}=http://${host}:${monitor}`)
      .join(","),
    ...peersEnvironment(context),
  }),
  meter: (context) => ({ ...natsEnvironment(context, "meter"), METERED_DEVICES: "200000" }),
  delivery: (context) => ({
    ...natsEnvironment(context, "delivery"),
    ...peersEnvironment(context),
  }),
  inspector: (context) => inspectorEnvironment(context, lanes.alerts),
  "report-inspector": (context) => inspectorEnvironment(context, lanes.reports),
  console: (context) => ({
    ...natsEnvironment(context, "console"),
    ...dynamodbEnvironment(context.layout),
    ...auditKeys(context, "console"),
    API_HOST: host,
    API_PORT: String(context.layout.api),
    API_CERT_FILE: context.certificates.console.certFile,
    API_KEY_FILE: context.certificates.console.keyFile,
    API_TOKENS_FILE: context.secrets.apiTokensFile,
    DEVICE_INDEX_FOLDER: join(context.natsDirectory, "device-index"),
    // The load registers its devices past the tools, so that nobody is told of them.
    DEVICE_INDEX_REFILL_SECONDS: "60",
    ...oidcEnvironment(context),
    METRICS_SOURCES: [...endpointsOf(context.layout).processUrls]
      .map(([name, url]) => `${name.replace(/-\d+$/, "")}=${url}`)
      .join(","),
    ...context.consoleSettings,
  }),
  archive: (context) => ({
    ...natsEnvironment(context, "archive"),
    ...s3Environment(context.layout),
    ...auditKeys(context, "archive"),
    ARCHIVE_REGION: context.links?.region ?? "local",
    ARCHIVE_BUCKET: archiveBucket,
  }),
  aggregator: (context) => ({
    ...natsEnvironment(context, "aggregator"),
    REGION: context.links?.region ?? "local",
    ...(context.receiversFile && { RECEIVERS_FILE: context.receiversFile }),
  }),
  bridge: (context) => ({
    ...natsEnvironment(context, "bridge"),
    UPSTREAM_URL: endpointsOf(context.layout).upstreamBridgeUrl,
    UPSTREAM_CA_FILE: context.certificates.caFile,
    UPSTREAM_USERNAME: "bridge",
    UPSTREAM_PASSWORD_FILE: context.secrets.upstreamPasswordFile("bridge"),
    UPSTREAM_WATCHER_PASSWORD_FILE: context.secrets.upstreamPasswordFile("watcher"),
    UPSTREAM_SESSION_KEY_FILE: context.secrets.upstreamSessionKeyFile,
  }),
};

/** A process of ours, run from its bundle as the image runs it. */
export function appSpec(context: AppContext, name: string): ProcessSpec {
  const role = name.replace(/-\d+$/, "");
  const port = context.layout.operations.get(name);
  const environmentOf = particulars[role];
  if (port === undefined || !environmentOf) throw new Error(`no process is called ${name}`);
  return {
    name,
    command: process.execPath,
    args: [
      "--max-semi-space-size=32",
      ...(context.profiled ? [`--inspect-port=${host}:0`] : []),
      join(root, "dist", programs[role] ?? role, "main.js"),
    ],
    environment: {
      REPLICA: name,
      LOG_LEVEL: context.logLevel,
      HTTP_HOST: host,
      HTTP_PORT: String(port),
      ...environmentOf(context, Number(name.slice(role.length + 1))),
    },
    ready: async () => {
      const response = await fetch(`http://${host}:${port}/readyz`);
      if (!response.ok) throw new Error((await response.text()).trim());
    },
  };
}

/** Runs to its end: makes the streams. */
export function provisionSpec(context: AppContext): Omit<ProcessSpec, "ready"> {
  return {
    name: "provision",
    command: process.execPath,
    args: [join(root, "dist/provision/main.js")],
    environment: {
      LOG_LEVEL: context.logLevel,
      ...coreEnvironment(context),
      ACCOUNT_PASSWORD_FILES: storeAccounts
        .map((account) => `${account}=${context.secrets.passwordFile(streamMaker(account))}`)
        .join(","),
      DEVICES_PASSWORD_FILE: context.secrets.passwordFile(mqttStreamMaker),
      STREAM_REPLICAS: String(context.layout.cores.length),
      ...(context.links && { REGION: context.links.region }),
      ...peerPasswords(context, (peer) => streamMaker(sourceAccount(peer))),
    },
  };
}
