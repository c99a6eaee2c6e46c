import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificatePem, createAuthority, issueCertificate } from "../../local/authority.ts";
import { ManagedProcess, type ProcessSpec } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import { type KubeAccess, kubeClient } from "./kube-client.ts";
import { programOf } from "./programs.ts";

const host = "127.0.0.1";

export interface Clusters {
  /** By the name that was asked for. */
  readonly access: Readonly<Record<string, KubeAccess>>;
  stop(): Promise<void>;
}

interface ApiServer {
  readonly name: string;
  readonly access: KubeAccess;
  readonly etcd: string;
  readonly port: number;
  /** With `tls.pem`, `tls.key` and `tokens`. */
  readonly directory: string;
}

function etcdSpec(directory: string, [client, peer]: readonly number[]): ProcessSpec {
  const [clients, peers] = [`http://${host}:${client}`, `http://${host}:${peer}`];
  return {
    name: "etcd",
    command: programOf("etcd"),
    args: [
      ...["--data-dir", join(directory, "etcd")],
      ...["--listen-client-urls", clients, "--advertise-client-urls", clients],
      ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers],
      ...["--initial-cluster", `default=${peers}`],
    ],
    environment: {},
    ready: async () => {
      const { health } = (await (await fetch(`${clients}/health`)).json()) as { health: string };
      if (health !== "true") throw new Error("etcd is not healthy");
    },
  };
}

/** Service accounts are of no use: no pod runs. */
function apiServerSpec({ name, access, etcd, port, directory }: ApiServer): ProcessSpec {
  const at = (file: string) => join(directory, file);
  return {
    name: `kube-apiserver-${name}`,
    command: programOf("kube-apiserver"),
    args: [
      ...[`--etcd-servers=${etcd}`, `--etcd-prefix=/${name}`],
      ...[`--bind-address=${host}`, `--advertise-address=${host}`, `--secure-port=${port}`],
      ...[`--tls-cert-file=${at("tls.pem")}`, `--tls-private-key-file=${at("tls.key")}`],
      ...[`--token-auth-file=${at("tokens")}`, "--authorization-mode=AlwaysAllow"],
      ...["--service-account-issuer=https://kubernetes.default.svc"],
      ...[`--service-account-key-file=${at("tls.pem")}`],
      ...[`--service-account-signing-key-file=${at("tls.key")}`],
      ...["--service-cluster-ip-range=172.20.0.0/16", "--endpoint-reconciler-type=none"],
      "--disable-admission-plugins=ServiceAccount",
    ],
    environment: {},
    ready: () => answers(access, "/readyz"),
  };
}

async function answers(access: KubeAccess, path: string): Promise<void> {
  const client = kubeClient(access);
  try {
    await client.get(path);
  } finally {
    client.close();
  }
}

/** What decides whether something is gone, and what has nothing to do without nodes: the others would wait for them. */
const controllers = [
  "daemonset-controller",
  "garbage-collector-controller",
  "namespace-controller",
  "persistentvolumeclaim-protection-controller",
];

function controllerManagerSpec(server: ApiServer, port: number): ProcessSpec {
  const { name, access, directory } = server;
  const at = (file: string) => join(directory, file);
  const { endpoint, authority, token } = access;
  const file = at("kubeconfig");
  const encoded = Buffer.from(authority).toString("base64");
  const cluster = { server: endpoint, "certificate-authority-data": encoded };
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  writeFileSync(file, JSON.stringify(kubeconfig), { mode: 0o600 });
  return {
    name: `kube-controller-manager-${name}`,
    command: programOf("kube-controller-manager"),
    args: [
      ...[`--kubeconfig=${file}`, `--authentication-kubeconfig=${file}`],
      ...[`--authorization-kubeconfig=${file}`, "--leader-elect=false"],
      ...[`--bind-address=${host}`, `--secure-port=${port}`],
      ...[`--tls-cert-file=${at("tls.pem")}`, `--tls-private-key-file=${at("tls.key")}`],
      `--controllers=${controllers.join(",")}`,
    ],
    environment: {},
    ready: () => answers({ ...access, endpoint: `https://${host}:${port}` }, "/healthz"),
  };
}

/**
 * An API server for each name, on one etcd, and a controller manager beside it. Kubernetes without
 * nodes: it takes or refuses objects, lets go of what is deleted and of what belongs to that, and
 * does nothing else with them.
 */
export async function startClusters(
  names: readonly string[],
  directory: string,
): Promise<Clusters> {
  const authority = await createAuthority("MQTT Sentinel test clusters");
  const [client = 0, peer = 0, ...ports] = await findPorts(2 * names.length + 2);
  const logs = join(directory, "logs");
  const started: ManagedProcess[] = [];
  const launch = (spec: ProcessSpec) => {
    const process = new ManagedProcess(spec, logs);
    started.push(process);
    return process.start();
  };
  const stop = async () => {
    for (const each of [...started].reverse()) await each.stop();
  };
  const server = async (name: string, port: number): Promise<ApiServer> => {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const token = randomBytes(24).toString("hex");
    const tls = await issueCertificate(authority, {
      subject: `CN=${name}`,
      usages: ["server"],
      hosts: [{ type: "ip", value: host }],
    });
    const secret = { mode: 0o600 };
    writeFileSync(join(folder, "tls.pem"), tls.certificate);
    writeFileSync(join(folder, "tls.key"), tls.key, secret);
    writeFileSync(join(folder, "tokens"), `${token},admin,admin,system:masters\n`, secret);
    const endpoint = `https://${host}:${port}`;
    const access = { endpoint, authority: certificatePem(authority.certificate), token };
    return { name, access, etcd: `http://${host}:${client}`, port, directory: folder };
  };
  if (names.length === 0) return { access: {}, stop };
  try {
    await launch(etcdSpec(directory, [client, peer]));
    const servers = await Promise.all(names.map((name, index) => server(name, ports[index] ?? 0)));
    // One after the other: together they take longer than one is waited for.
    for (const [index, each] of servers.entries()) {
      await launch(apiServerSpec(each));
      await launch(controllerManagerSpec(each, ports[names.length + index] ?? 0));
    }
    return { access: Object.fromEntries(servers.map((each) => [each.name, each.access])), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
