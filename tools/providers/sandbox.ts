import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RegionName, regionNames } from "../../app/contract/regions.ts";
import { awsRegions } from "../../infra/regions.ts";
import type { RealProviders } from "../engine/engine.ts";
import { type Account, startAccount } from "./account/account.ts";
import type { ClusterAddress } from "./account/eks.ts";
import { serveCharts } from "./charts.ts";
import { type Clusters, startClusters } from "./clusters.ts";
import { startControllers } from "./controllers.ts";
import { define } from "./definitions.ts";
import { type KubeClient, kubeClient } from "./kube-client.ts";
import { mustBeBuilt, programs, type RealPackage } from "./programs.ts";

/** What the real providers talk to: an account, and a cluster for each region. */
export interface Sandbox {
  readonly providers: RealProviders;
  /** By region. */
  readonly clusters: Readonly<Record<string, KubeClient>>;
  readonly account: Pick<Account, "makeZone" | "inventory">;
  /** Folder with a log of each part. */
  readonly logs: string;
  stop(): Promise<void>;
}

/** What `aws eks get-token` is to a kubeconfig: it says who one is. */
function writeAwsCommand(folder: string, access: Access): void {
  const cases = Object.entries(access).map(
    ([region, { token }]) => `  *" --cluster-name sentinel-${region} "*) token=${token} ;;`,
  );
  const credential =
    '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"%s"}}';
  const script = [
    "#!/bin/sh",
    'case " $* " in',
    ...cases,
    '  *) echo "no such cluster: $*" >&2; exit 255 ;;',
    "esac",
    `printf '${credential}' "$token"`,
    "",
  ];
  writeFileSync(join(folder, "aws"), script.join("\n"), { mode: 0o700 });
}

/** What is started, to be stopped in reverse. */
class Started {
  readonly #stops: (() => unknown)[] = [];

  keep<Part extends { stop(): unknown }>(part: Part): Part {
    this.#stops.unshift(() => part.stop());
    return part;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }
}

type Access = Clusters["access"];

/** A client for each cluster, which knows our kinds, and in which whatever is asked for happens. */
async function prepare(access: Access, started: Started, reportTo: Reports) {
  const all = Object.entries(access);
  const clients = all.map(([name, each]) => [name, kubeClient(each)] as const);
  for (const [, client] of clients) started.keep({ stop: () => client.close() });
  await Promise.all(clients.map(([, client]) => define(client)));
  for (const [name, each] of all) {
    started.keep(startControllers(each, reportTo(`controllers-${name}`)));
  }
  return Object.fromEntries(clients);
}

type Reports = (name: string) => (line: string) => void;

/** Where clusters are that nobody speaks to. */
const nowhere: ClusterAddress = { endpoint: "https://127.0.0.1:1", authority: "none" };

interface Place {
  readonly directory: string;
  readonly started: Started;
  readonly reportTo: Reports;
}

/** The clusters, and the account that has them. */
async function startBoth(regions: readonly RegionName[], { directory, started, reportTo }: Place) {
  const { access } = started.keep(await startClusters(regions, directory));
  const clusters = await prepare(access, started, reportTo);
  const addresses = regionNames.map((name) => [awsRegions[name], access[name] ?? nowhere] as const);
  const account = started.keep(
    await startAccount({
      logs: join(directory, "logs"),
      clusters: Object.fromEntries(addresses),
      report: reportTo("account"),
    }),
  );
  return { access, clusters, account };
}

export interface SandboxOptions {
  /** Which regions have a cluster. Without any, the Kubernetes provider is stood in for. */
  readonly clusters: readonly RegionName[];
}

/**
 * Starts it all, empty, on loopback.
 *
 * @throws Error when the providers are not built.
 */
export async function startSandbox({ clusters: regions }: SandboxOptions): Promise<Sandbox> {
  const packages: RealPackage[] = regions.length > 0 ? ["aws", "kubernetes"] : ["aws"];
  mustBeBuilt(packages);
  const directory = mkdtempSync(join(tmpdir(), "sentinel-sandbox-"));
  const [logs, bin] = [join(directory, "logs"), join(directory, "bin")];
  for (const folder of [logs, bin]) mkdirSync(folder);
  // What is said after the end, of calls that were under way, is nobody's.
  const reportTo: Reports = (name) => (line) => {
    if (existsSync(logs)) appendFileSync(join(logs, `${name}.log`), `${line}\n`);
  };
  const started = new Started();
  started.keep({ stop: () => rmSync(directory, { recursive: true, force: true }) });
  try {
    const place = { directory, started, reportTo };
    const { access, clusters, account } = await startBoth(regions, place);
    const charts = started.keep(await serveCharts(account.server));
    const authorityFile = join(directory, "charts.pem");
    writeFileSync(authorityFile, charts.authority);
    writeAwsCommand(bin, access);
    const environment = {
      ...environmentOf(account.url, authorityFile),
      ...cachesIn(join(directory, "caches")),
    };
    const settings = { "aws:s3UsePathStyle": "true" };
    const providers = { packages, folders: [programs, bin], environment, settings };
    return { providers, clusters, account, logs, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** What Helm and Kubernetes' client library would keep below the home directory. */
const cachesIn = (folder: string): Record<string, string> => ({
  HELM_CACHE_HOME: join(folder, "helm"),
  HELM_CONFIG_HOME: join(folder, "helm-config"),
  HELM_DATA_HOME: join(folder, "helm-data"),
  KUBECACHEDIR: join(folder, "kubernetes"),
});

/** Everything that a provider asks for goes to the account, which leads nowhere else. */
const environmentOf = (account: string, chartAuthority: string): Record<string, string> => ({
  HTTP_PROXY: account,
  HTTPS_PROXY: account,
  NO_PROXY: "127.0.0.1,localhost",
  SSL_CERT_FILE: chartAuthority,
  // A name, because AWS puts the account in front of it; the proxy resolves none.
  AWS_ENDPOINT_URL: "http://aws.test",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_EC2_METADATA_DISABLED: "true",
  // Errors are of the program or of the account, never of a network.
  AWS_MAX_ATTEMPTS: "2",
});
