import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { serverFiles } from "../../app/mender/server-orders.ts";
import type { PodSize } from "../capacity/plan.ts";
import { labelsOf } from "../platform/names.ts";
import {
  readableByGroup,
  resourcesOf,
  restrictedContainer,
  restrictedPod,
} from "../platform/pods.ts";
import { natsPorts } from "./addresses.ts";
import { edgeTurnsScript, podMonitor, podOrdinal } from "./edge-turns.ts";
import { folders } from "./nats-folders.ts";
import { lameDuckSeconds } from "./nats-listeners.ts";

type Container = kubernetes.types.input.core.v1.Container;
type Volume = kubernetes.types.input.core.v1.Volume;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;

export interface NatsImages {
  readonly server: string;
  readonly reloader: string;
  readonly exporter: string;
}

const pidFile = `${folders.run}/${serverFiles.pid}`;
const configFile = "nats-server.conf";
const serverConfig = `${folders.config}/${configFile}`;
/** Beside the configuration as well, so that it changes together with it. */
export const deviceCa = { name: "device-ca.crt", path: `${folders.config}/device-ca.crt` };
/** Beside the configuration, because nats-server takes an included file's path relative to it. */
export const passwordsFile = "passwords.conf";

export const tlsFiles = (role: string) => ({
  certFile: `${folders.tls}/${role}/tls.crt`,
  keyFile: `${folders.tls}/${role}/tls.key`,
  caFile: `${folders.trust}/ca.crt`,
});

/**
 * Longer than `lame_duck_duration` and its grace period: the kubelet's SIGTERM follows the signal
 * at once and a lame duck ignores it, so this is the time that it has.
 */
export const terminationGraceSeconds = (role: keyof typeof lameDuckSeconds) =>
  lameDuckSeconds[role] + 30;

/** An unprivileged user; the image would run as root. */
const user = 1000;
/**
 * Processes of a pod see each other, and by `/proc` one of the same user reaches the other's files: the
 * exporter, which needs none, is another user.
 */
const exporterUser = 1001;
const reloaderSize: PodSize = { cpuMillis: 10, memoryMiB: 32 };
const exporterSize: PodSize = { cpuMillis: 50, memoryMiB: 64 };
/** Of the container's memory, when the Go runtime begins to collect in earnest. */
const memoryTarget = 0.85;

export interface NatsPodArgs {
  readonly workload: string;
  /** Services connect to a core server, devices to an edge. */
  readonly role: keyof typeof lameDuckSeconds;
  readonly size: PodSize;
  readonly images: NatsImages;
  /** ConfigMap with the server's configuration. */
  readonly configMap: pulumi.Input<string>;
  /** Secret with the passwords that the configuration includes; not where the server makes them itself. */
  readonly passwordsSecret?: pulumi.Input<string>;
  /** ConfigMap with the CA certificate that the cluster trusts. */
  readonly trustConfigMap: pulumi.Input<string>;
  /** Secrets with a certificate and its key, by their role in `tlsFiles`. */
  readonly certificates: Readonly<Record<string, pulumi.Input<string>>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly probes: Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe">;
  /** How much garbage may pile up, in per cent of what is alive. */
  readonly garbagePercent: number;
  readonly exporterFlags: readonly string[];
  readonly dataMount?: { readonly name: string; readonly mountPath: string };
  readonly placement: Partial<PodSpec>;
  /** What else runs beside the server, for as long as it does. */
  readonly companions?: readonly Container[];
  /** What runs beside the server too, which does without it. */
  readonly guests?: readonly Container[];
  readonly volumes?: readonly Volume[];
  /** What the server's container begins with, before the server's own command. */
  readonly startCommand?: readonly string[];
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A check of nats-server's health page; `query` says what it looks at. */
export const healthProbe = (query: string, periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path: `/healthz${query}`, port: "monitor" },
  periodSeconds,
  timeoutSeconds: 5,
  failureThreshold,
});

function mountsOf(args: NatsPodArgs) {
  return [
    { name: "config", mountPath: folders.config, readOnly: true },
    { name: "trust", mountPath: folders.trust, readOnly: true },
    ...Object.keys(args.certificates).map((role) => ({
      name: `tls-${role}`,
      mountPath: `${folders.tls}/${role}`,
      readOnly: true,
    })),
    { name: "run", mountPath: folders.run },
  ];
}

function volumesOf(args: NatsPodArgs): Volume[] {
  return [
    {
      name: "config",
      projected: {
        defaultMode: readableByGroup,
        sources: [
          { configMap: { name: args.configMap } },
          ...(args.passwordsSecret === undefined
            ? []
            : [{ secret: { name: args.passwordsSecret } }]),
        ],
      },
    },
    { name: "trust", configMap: { name: args.trustConfigMap } },
    ...Object.entries(args.certificates).map(([role, secretName]) => ({
      name: `tls-${role}`,
      secret: { secretName, defaultMode: readableByGroup },
    })),
    { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
  ];
}

const podName = { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };

function serverContainer(args: NatsPodArgs): Container {
  const memory = Math.floor(args.size.memoryMiB * memoryTarget);
  return {
    name: "nats",
    image: args.images.server,
    command: [...(args.startCommand ?? []), "nats-server"],
    args: ["--config", serverConfig, "--pid", pidFile],
    env: [
      podName,
      { name: "GOMEMLIMIT", value: `${memory}MiB` },
      { name: "GOGC", value: String(args.garbagePercent) },
    ],
    ports: Object.entries(args.ports).map(([name, containerPort]) => ({ name, containerPort })),
    ...args.probes,
    lifecycle: { preStop: { exec: { command: ["nats-server", "--signal", `ldm=${pidFile}`] } } },
    resources: resourcesOf(args.size),
    volumeMounts: [...mountsOf(args), ...(args.dataMount ? [args.dataMount] : [])],
    ...restrictedContainer,
  };
}

const certificateFiles = (args: NatsPodArgs) => [
  `${folders.trust}/ca.crt`,
  ...Object.keys(args.certificates).map((role) => tlsFiles(role).certFile),
];

/**
 * Signals the server when a file changes. Kubernetes starts it before the server and stops it after.
 *
 * A core server takes a new configuration, password or certificate without losing a connection. An
 * edge would lose all its devices at once: nats-server closes, with any reload, every connection
 * that an auth callout admitted. So it leaves as a lame duck instead and is started anew, when it is
 * its turn.
 */
function reloader(args: NatsPodArgs): Container {
  return {
    name: "reloader",
    restartPolicy: "Always",
    ...(args.role === "edge" ? turnTaker(args) : signaller(args)),
    resources: resourcesOf(reloaderSize),
    volumeMounts: mountsOf(args),
    ...restrictedContainer,
  };
}

function signaller(args: NatsPodArgs) {
  const watched = [serverConfig, `${folders.config}/${passwordsFile}`, ...certificateFiles(args)];
  const files = watched.flatMap((file) => ["-config", file]);
  return { image: args.images.reloader, args: ["-pid", pidFile, ...files] };
}

/** Half an hour for each edge before it is far more than two minutes of leaving, and a start. */
const turnSeconds = 1_800;

const turnTaker = (args: NatsPodArgs) => ({
  // It has a shell.
  image: args.images.server,
  command: [
    ...["sh", "-c"],
    edgeTurnsScript({
      files: [serverConfig, ...certificateFiles(args)],
      check: `nats-server -t --config "${serverConfig}"`,
      ...{ pidFile, stateFile: `${folders.run}/certificates` },
      ...{ ordinal: podOrdinal, monitor: podMonitor(args.workload) },
      ...{ everySeconds: 10, turnSeconds },
    }),
  ],
  env: [podName],
});

function exporter(args: NatsPodArgs): Container {
  return {
    name: "exporter",
    image: args.images.exporter,
    restartPolicy: "Always",
    args: [
      `-port=${natsPorts.metrics}`,
      "-use_internal_server_id",
      ...args.exporterFlags,
      `http://localhost:${natsPorts.monitor}/`,
    ],
    ports: [{ name: "metrics", containerPort: natsPorts.metrics }],
    resources: resourcesOf(exporterSize),
    securityContext: {
      ...restrictedContainer.securityContext,
      ...{ runAsUser: exporterUser, runAsGroup: exporterUser },
    },
  };
}

/** The pod of a nats-server with its companions: the reloader, the exporter of metrics and others. */
export function natsPodTemplate(args: NatsPodArgs): kubernetes.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: {
      labels: labelsOf(args.workload),
      ...(args.annotations && { annotations: args.annotations }),
    },
    spec: {
      ...restrictedPod(user),
      ...args.placement,
      serviceAccountName: args.workload,
      // The reloader signals a process of another container.
      shareProcessNamespace: true,
      terminationGracePeriodSeconds: terminationGraceSeconds(args.role),
      initContainers: [reloader(args), exporter(args), ...(args.companions ?? [])],
      containers: [serverContainer(args), ...(args.guests ?? [])],
      volumes: [...volumesOf(args), ...(args.volumes ?? [])],
    },
  };
}

/** Name of the configuration in its ConfigMap. */
export const configData = (config: string) => ({ [configFile]: config });
