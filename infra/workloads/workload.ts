import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import type { PodSize } from "../capacity/plan.ts";
import { placementOn } from "../cluster/placement.ts";
import { coreServers } from "../messaging/addresses.ts";
import { labelsOf } from "../platform/names.ts";
import {
  credentialsEnvironment,
  credentialsMount,
  credentialsVolume,
} from "../platform/pod-credentials.ts";
import {
  nodeTopology,
  readableByGroup,
  resourcesOf,
  restrictedContainer,
  restrictedPod,
  spreadOver,
  zoneTopology,
} from "../platform/pods.ts";
import type { PodPace } from "../platform/rollout.ts";
import {
  auditKeyFile,
  auditKeysFile,
  ownPassword,
  peerPassword,
} from "../platform/service-secrets.ts";

type Container = kubernetes.types.input.core.v1.Container;
type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;

/** What every one of our workloads is told. */
export interface WorkloadArgs {
  readonly namespace: string;
  /** Reference of the image, by digest or by a tag that does not move. */
  readonly image: pulumi.Input<string>;
  /** Secret with the passwords of this workload and no other. */
  readonly secretName: pulumi.Input<string>;
  /** ConfigMap with the internal CA's certificate. */
  readonly trustConfigMap: pulumi.Input<string>;
  /** Servers of the NATS core. */
  readonly coreReplicas: number;
}

/** Secret or ConfigMap whose files a process reads below `/secrets` or `/trust`. */
export interface Mount {
  readonly path: string;
  readonly source:
    | { readonly secret: pulumi.Input<string> }
    | { readonly configMap: pulumi.Input<string> };
}

/** Room on the node's disk that goes with the pod: for what can be made anew. */
export interface Scratch {
  readonly path: string;
  /** The pod is taken away that writes more. */
  readonly mebibytes: number;
}

export interface Process {
  readonly workload: string;
  readonly args: WorkloadArgs;
  readonly size: PodSize;
  readonly environment: Readonly<Record<string, pulumi.Input<string> | undefined>>;
  /** Besides the workload's own secrets and the internal CA. */
  readonly mounts?: readonly Mount[];
  readonly scratch?: Scratch;
  /** Whether its service account has rights at AWS. Defaults to false. */
  readonly awsRights?: boolean;
}

/** Where each process serves `/metrics`, `/livez` and `/readyz`. */
export const operationsPort = 8080;
/** Longer than the 25 s after which a process gives up its drain. */
export const terminationGraceSeconds = 40;
const startupSeconds = 60;
/** When a pod of ours is replaced: its drain, its start, and until the next probe sees it ready. */
export const processPace: PodPace = { stop: terminationGraceSeconds, start: startupSeconds + 30 };
/** User `nonroot` of the image. */
const user = 65532;
/** Of the container's memory; the rest is for buffers, typed arrays and code. */
const heapShare = 0.6;

const ownSecrets = "/secrets/own";
const internalTrust = "/trust/internal";
export const internalCaFile = `${internalTrust}/ca.crt`;
/** The image's own list of public authorities. */
export const publicCaFile = "/etc/ssl/certs/ca-certificates.crt";
export const secretFile = (file: string) => `${ownSecrets}/${file}`;
/** What a process that writes audit records is told of its key and of the others'. */
export const auditKeyFiles = {
  AUDIT_KEY_FILE: secretFile(auditKeyFile),
  AUDIT_KEYS_FILE: secretFile(auditKeysFile),
};
/** `PEER_PASSWORD_FILES` of a process with a user in the source account of each peer. */
export const peerPasswordFiles = (region: RegionName) =>
  peersOf(region)
    .map((peer) => `${peer}=${secretFile(peerPassword(peer))}`)
    .join(",");

const mountsOf = ({ args, mounts = [] }: Process): readonly Mount[] => [
  { path: ownSecrets, source: { secret: args.secretName } },
  { path: internalTrust, source: { configMap: args.trustConfigMap } },
  ...mounts,
];

const volumeName = ({ path }: Pick<Mount, "path">) => path.slice(1).replaceAll("/", "-");

function volumeOf(mount: Mount): kubernetes.types.input.core.v1.Volume {
  const name = volumeName(mount);
  return "secret" in mount.source
    ? { name, secret: { secretName: mount.source.secret, defaultMode: readableByGroup } }
    : { name, configMap: { name: mount.source.configMap } };
}

const scratchVolume = (scratch: Scratch) => ({
  name: volumeName(scratch),
  emptyDir: { sizeLimit: `${scratch.mebibytes}Mi` },
});
const scratchMount = (scratch: Scratch) => ({
  name: volumeName(scratch),
  mountPath: scratch.path,
});

function environmentOf({ args, environment, awsRights }: Process): Container["env"] {
  const common = {
    NATS_SERVERS: coreServers(args.namespace, args.coreReplicas),
    NATS_PASSWORD_FILE: secretFile(ownPassword),
    NATS_CA_FILE: internalCaFile,
  };
  return [
    { name: "REPLICA", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ...Object.entries({
      ...common,
      ...environment,
      ...(awsRights && credentialsEnvironment),
    }).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
  ];
}

/** How one of our bundles is started by Node. @param share Of the container's memory, for the heap. */
export const nodeArguments = (size: PodSize, share: number): string[] => [
  "--max-semi-space-size=32",
  `--max-old-space-size=${Math.floor(size.memoryMiB * share)}`,
  "main.js",
];

function containerOf(process: Process): Container {
  return {
    name: process.workload,
    image: process.args.image,
    args: nodeArguments(process.size, heapShare),
    env: environmentOf(process),
    resources: resourcesOf(process.size),
    volumeMounts: [
      ...mountsOf(process).map((mount) => ({
        name: volumeName(mount),
        mountPath: mount.path,
        readOnly: true,
      })),
      ...(process.scratch ? [scratchMount(process.scratch)] : []),
      ...(process.awsRights ? [credentialsMount] : []),
    ],
    ...restrictedContainer,
  };
}

/** The operations port, under a name of its pod's own, and the probes that look at it. */
export function operationsOf(port: string) {
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port },
    periodSeconds,
    timeoutSeconds: 3,
    failureThreshold,
  });
  return {
    ports: [{ name: port, containerPort: operationsPort }],
    livenessProbe: probe("/livez", 10, 3),
    readinessProbe: probe("/readyz", 5, 2),
    startupProbe: probe("/livez", 2, startupSeconds / 2),
  } satisfies Partial<Container>;
}

function podTemplate(
  process: Process,
  container: Container,
  particulars: Partial<kubernetes.types.input.core.v1.PodSpec>,
): PodTemplate {
  const { workload } = process;
  return {
    metadata: { labels: labelsOf(workload) },
    spec: {
      ...restrictedPod(user),
      ...placementOn("apps"),
      serviceAccountName: workload,
      terminationGracePeriodSeconds: terminationGraceSeconds,
      containers: [container],
      volumes: [
        ...mountsOf(process).map(volumeOf),
        ...(process.scratch ? [scratchVolume(process.scratch)] : []),
        ...(process.awsRights ? [credentialsVolume] : []),
      ],
      ...particulars,
    },
  };
}

/** Pod of a process that runs for good, apart from its like as far as zones and nodes allow. */
export function servicePodTemplate(process: Process): PodTemplate {
  const spread = [zoneTopology, nodeTopology].map((key) => spreadOver(key, process.workload));
  const container = { ...containerOf(process), ...operationsOf("metrics") };
  return podTemplate(process, container, { topologySpreadConstraints: spread });
}

/** Pod of a process that runs to its end. */
export const jobPodTemplate = (process: Process): PodTemplate =>
  podTemplate(process, containerOf(process), { restartPolicy: "Never" });
