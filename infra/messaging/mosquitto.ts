import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../capacity/plan.ts";
import { restoreSeconds } from "../capacity/storage.ts";
import { placementOn, staysPut } from "../cluster/placement.ts";
import { boundService } from "../platform/bound-service.ts";
import { labelsOf, selectorOf } from "../platform/names.ts";
import {
  readableByGroup,
  resourcesOf,
  restrictedContainer,
  restrictedPod,
} from "../platform/pods.ts";
import { awaited } from "../platform/rollout.ts";
import {
  claimTemplate,
  dataVolume,
  keptClaimTemplate,
  volumeClaims,
} from "../platform/volume-claim.ts";
import {
  configMap,
  disruptionBudget,
  metadataOf,
  serviceAccount,
} from "../platform/workload-objects.ts";
import { bridgePort, mosquitto, mqttPort } from "./addresses.ts";
import { watchScript } from "./file-watch.ts";
import { mosquittoAcl, mosquittoConfig } from "./mosquitto-config.ts";
import { mosquittoSecrets } from "./mosquitto-users.ts";

export interface MosquittoArgs {
  readonly namespace: string;
  readonly plan: { readonly mosquitto: NonNullable<RegionPlan["mosquitto"]> };
  readonly image: string;
  readonly storageClassName: pulumi.Input<string>;
  /** Refuses deletion of the volume. Defaults to true. */
  readonly deletionProtection?: boolean;
  /** Secret that cert-manager fills with the listener's certificate. */
  readonly certificateSecret: pulumi.Input<string>;
  readonly publishersTargetGroupArn: pulumi.Input<string>;
}

const folders = { config: "/etc/mosquitto", tls: "/tls", data: "/data", run: "/run/mosquitto" };
const pidFile = `${folders.run}/mosquitto.pid`;
const passwordFile = `${folders.config}/passwords`;
const certFile = `${folders.tls}/tls.crt`;
/** User `mosquitto` of the image. */
const user = 1883;

/** On SIGTERM it writes its whole database once more. */
const terminationGraceSeconds = 120;
const startSeconds = ({ plan }: MosquittoArgs) => restoreSeconds(plan.mosquitto.volumeGiB);

const configuration = () =>
  mosquittoConfig({
    listen: { host: "0.0.0.0", publishers: mqttPort, bridges: bridgePort },
    tls: { certFile, keyFile: `${folders.tls}/tls.key` },
    persistenceDirectory: folders.data,
    passwordFile,
    aclFile: `${folders.config}/acl`,
    pidFile,
  });

const configFiles = () => ({ "mosquitto.conf": configuration(), acl: mosquittoAcl() });

/** Mosquitto reads rights and most of its settings at the start only: what it is told restarts it. */
const restartsOn = () => {
  const hash = createHash("sha256").update(Object.values(configFiles()).join(""));
  return { "sentinel/configuration": hash.digest("hex").slice(0, 16) };
};

const mounts = [
  { name: "config", mountPath: folders.config, readOnly: true },
  { name: "tls", mountPath: folders.tls, readOnly: true },
  { name: "run", mountPath: folders.run },
];

function brokerContainer(args: MosquittoArgs): kubernetes.types.input.core.v1.Container {
  const probe = { tcpSocket: { port: "mqtt" }, periodSeconds: 5 };
  return {
    name: "mosquitto",
    image: args.image,
    command: ["mosquitto", "-c", `${folders.config}/mosquitto.conf`],
    ports: [
      { name: "mqtt", containerPort: mqttPort },
      { name: "bridges", containerPort: bridgePort },
    ],
    // It listens when it has read back what it kept, which may be all that its volume holds.
    startupProbe: {
      ...probe,
      failureThreshold: Math.ceil(startSeconds(args) / probe.periodSeconds),
    },
    readinessProbe: { ...probe, failureThreshold: 2 },
    livenessProbe: { ...probe, failureThreshold: 6 },
    resources: resourcesOf(args.plan.mosquitto.pod),
    volumeMounts: [...mounts, { name: dataVolume, mountPath: folders.data }],
    ...restrictedContainer,
  };
}

interface Watch {
  readonly name: string;
  readonly file: string;
  readonly signal: "HUP" | "TERM";
}

const watchContainer = (
  { image }: MosquittoArgs,
  { name, file, signal }: Watch,
): kubernetes.types.input.core.v1.Container => ({
  name,
  image,
  restartPolicy: "Always",
  command: [
    ...["sh", "-c"],
    watchScript({
      ...{ file, signal, pidFile },
      stateFile: `${folders.run}/${name}`,
      everySeconds: 10,
    }),
  ],
  resources: resourcesOf({ cpuMillis: 10, memoryMiB: 16 }),
  volumeMounts: mounts,
  ...restrictedContainer,
});

/**
 * Mosquitto reads a renewed certificate when it is told to. For renewed passwords it is ended, and
 * started again by the kubelet: told to read them, it would take the bridges' sessions, whose old
 * password is wrong then, for strangers' until they are back, and keep nothing for them meanwhile.
 */
const watches: readonly Watch[] = [
  { name: "certificate-watch", file: certFile, signal: "HUP" },
  { name: "password-watch", file: passwordFile, signal: "TERM" },
];

interface Files {
  readonly configMap: pulumi.Input<string>;
  readonly secret: pulumi.Input<string>;
}

function podSpec(args: MosquittoArgs, files: Files): kubernetes.types.input.core.v1.PodSpec {
  const sources = [{ configMap: { name: files.configMap } }, { secret: { name: files.secret } }];
  return {
    ...restrictedPod(user),
    ...placementOn("apps"),
    serviceAccountName: mosquitto,
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: terminationGraceSeconds,
    initContainers: watches.map((each) => watchContainer(args, each)),
    containers: [brokerContainer(args)],
    volumes: [
      { name: "config", projected: { defaultMode: readableByGroup, sources } },
      { name: "tls", secret: { secretName: args.certificateSecret, defaultMode: readableByGroup } },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ],
  };
}

const podTemplate = (args: MosquittoArgs, files: Files) => ({
  metadata: { labels: labelsOf(mosquitto), annotations: { ...restartsOn(), ...staysPut } },
  spec: podSpec(args, files),
});

/**
 * The upstream broker, where it is ours: publishers feed alerts in, the bridge takes them out.
 *
 * One server, since Mosquitto knows no cluster. No node is given up merely to save money while it
 * runs there. A node that has to be renewed is: for as long as the move takes publishers keep what
 * they could not hand over, and the sessions wait on the volume.
 */
export class Mosquitto extends pulumi.ComponentResource {
  /** Secret with the key `password`, for the bridge. */
  readonly bridgePasswordSecret: pulumi.Output<string>;
  /** Secret with the key `password`, to be handed to who publishes. */
  readonly publisherPasswordSecret: pulumi.Output<string>;

  constructor(name: string, args: MosquittoArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:messaging:Mosquitto", name, {}, opts);
    const objects = { workload: mosquitto, namespace: args.namespace, parent: this };
    const { storageClassName, deletionProtection, plan } = args;
    const { volumeGiB } = plan.mosquitto;
    const claim = { ...objects, storageClassName, deletionProtection, volumeGiB };
    const secrets = mosquittoSecrets(objects);

    const config = configMap(objects, configFiles());
    const files = { configMap: config.metadata.name, secret: secrets.passwords };
    new kubernetes.apps.v1.StatefulSet(
      `${name}-broker`,
      {
        metadata: metadataOf(objects),
        spec: {
          serviceName: mosquitto,
          replicas: 1,
          selector: { matchLabels: selectorOf(mosquitto) },
          template: podTemplate(args, files),
          volumeClaimTemplates: [claimTemplate(claim)],
        },
      },
      {
        parent: this,
        dependsOn: [serviceAccount(objects), ...volumeClaims(claim, 1)],
        ignoreChanges: keptClaimTemplate,
        ...awaited(1, { stop: terminationGraceSeconds, start: startSeconds(args) }),
      },
    );
    disruptionBudget(objects);
    boundService({
      ...objects,
      name: mosquitto,
      port: { name: "mqtt", port: mqttPort },
      morePorts: [{ name: "bridges", port: bridgePort }],
      targetGroupArn: args.publishersTargetGroupArn,
    });

    this.bridgePasswordSecret = secrets.bridge;
    this.publisherPasswordSecret = secrets.publisher;
    this.registerOutputs({ publisherPasswordSecret: this.publisherPasswordSecret });
  }
}
