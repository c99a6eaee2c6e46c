import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import { serverFiles } from "../../app/mender/server-orders.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { restoreSeconds } from "../capacity/storage.ts";
import { placementOn } from "../cluster/placement.ts";
import { boundService } from "../platform/bound-service.ts";
import { selectorOf } from "../platform/names.ts";
import { apartFromItself, spreadOver, zoneTopology } from "../platform/pods.ts";
import { awaited, type PodPace } from "../platform/rollout.ts";
import {
  claimTemplate,
  dataVolume,
  keptClaimTemplate,
  volumeClaims,
} from "../platform/volume-claim.ts";
import {
  configMap,
  disruptionBudget,
  headlessService,
  metadataOf,
  serviceAccount,
} from "../platform/workload-objects.ts";
import { leafHost } from "../regions.ts";
import { clusterRoutes, clusterService, natsCore, natsPorts } from "./addresses.ts";
import { accountsFolder, coreStartScript } from "./core-start.ts";
import { type MenderArgs, menderContainer, menderVolume } from "./mender.ts";
import { natsCoreConfig } from "./nats-config.ts";
import { folders } from "./nats-folders.ts";
import {
  configData,
  healthProbe,
  type NatsImages,
  natsPodTemplate,
  passwordsFile,
  terminationGraceSeconds,
  tlsFiles,
} from "./nats-pods.ts";
import { EnvironmentReference } from "./nats-syntax.ts";

export interface NatsCoreArgs {
  readonly namespace: string;
  readonly region: RegionName;
  readonly plan: Pick<RegionPlan, "core">;
  readonly images: NatsImages;
  /** Public key of the account that signs what the auth service answers. */
  readonly authIssuer: pulumi.Input<string>;
  readonly storageClassName: pulumi.Input<string>;
  /** Refuses deletion of the volumes. Defaults to true. */
  readonly deletionProtection?: boolean;
  readonly passwordsSecret: pulumi.Input<string>;
  readonly trustConfigMap: pulumi.Input<string>;
  /** Secrets that cert-manager fills: for clients and routes, and for the links between regions. */
  readonly certificates: {
    readonly core: pulumi.Input<string>;
    readonly leaf: pulumi.Input<string>;
  };
  /** The process that makes damaged copies anew, and its Secret. Without images there is none. */
  readonly mender?: Pick<MenderArgs, "image" | "secretName">;
  /** Target group of the load balancer through which the other regions dial in. */
  readonly leafTargetGroupArn: pulumi.Input<string>;
}

const dataFolder = "/data";
const ports = {
  client: natsPorts.client,
  cluster: natsPorts.cluster,
  leaf: natsPorts.leaf,
  monitor: natsPorts.monitor,
};
const everywhere = (port: number) => `0.0.0.0:${port}`;

/** One that has missed little is back within minutes. Nobody waits for one that restores a volume. */
export const corePace: PodPace = { stop: terminationGraceSeconds("core"), start: 900 };

/** The next server is not restarted before what runs beside this one has seen whether its copies are whole. */
const minReadySeconds = 60;

/** One text for all servers of the core: what differs is the name, which each takes from its pod. */
function coreConfig(args: NatsCoreArgs, authIssuer: string): string {
  const { replicas, storeLimitBytes } = args.plan.core;
  return natsCoreConfig({
    serverName: new EnvironmentReference("POD_NAME"),
    region: args.region,
    clientListen: everywhere(natsPorts.client),
    monitorListen: everywhere(natsPorts.monitor),
    cluster: {
      listen: everywhere(natsPorts.cluster),
      routes: clusterRoutes(args.namespace, replicas),
    },
    tls: tlsFiles("core"),
    authIssuer,
    passwordsFile,
    storeDirectory: dataFolder,
    storeLimitBytes,
    syncInterval: "always",
    leaf: {
      listen: everywhere(natsPorts.leaf),
      tls: tlsFiles("leaf"),
      peers: peersOf(args.region).map((region) => ({
        region,
        url: `tls://${leafHost(region)}:${natsPorts.leaf}`,
      })),
    },
  });
}

/**
 * What nats-server does not take while it runs. As an annotation of the pods, a change restarts
 * them one by one; every other change of the configuration reaches them through the reloader.
 */
const restartsOn = (args: NatsCoreArgs) => ({
  "sentinel/restarts-on": JSON.stringify({ storeLimitBytes: args.plan.core.storeLimitBytes }),
});

/** What the server is told before it starts. */
const startCommand = [
  ...["sh", "-c", coreStartScript, "start"],
  ...[`${folders.run}/${serverFiles.orders}`, accountsFolder(dataFolder)],
];

function menderOf({ mender, plan, namespace, region }: NatsCoreArgs) {
  if (!mender) return {};
  const coreReplicas = plan.core.replicas;
  const args = { ...mender, namespace, region, coreReplicas, size: plan.core.mender };
  return { guests: [menderContainer(args)], volumes: [menderVolume(args)] };
}

function podTemplate(args: NatsCoreArgs, configMap: pulumi.Input<string>) {
  return natsPodTemplate({
    ...menderOf(args),
    startCommand,
    workload: natsCore,
    role: "core",
    size: args.plan.core.pod,
    images: args.images,
    configMap,
    passwordsSecret: args.passwordsSecret,
    trustConfigMap: args.trustConfigMap,
    certificates: args.certificates,
    ports,
    probes: {
      // Ready for the first time when every stream of it has caught up, so that the next one is
      // not restarted before. A restart would only make it begin anew: it has the time that a
      // whole volume takes, and an alert tells whoever should look at a stream that is stuck.
      startupProbe: healthProbe("", 10, Math.ceil(restoreSeconds(args.plan.core.volumeGiB) / 10)),
      readinessProbe: healthProbe("?js-server-only=true", 10, 3),
      livenessProbe: healthProbe("?js-enabled-only=true", 30, 3),
    },
    garbagePercent: 400,
    exporterFlags: ["-varz", "-routez", "-leafz", "-accstatz", "-healthz", "-jsz=all"],
    dataMount: { name: dataVolume, mountPath: dataFolder },
    placement: {
      ...placementOn("core"),
      affinity: apartFromItself(natsCore),
      topologySpreadConstraints: [spreadOver(zoneTopology, natsCore, "DoNotSchedule")],
    },
    annotations: restartsOn(args),
  });
}

/**
 * The servers that store, one in each zone, each with a volume of its own.
 *
 * All of them start at once, since a server of a cluster is ready only when it sees the others;
 * they are updated one by one.
 */
export class NatsCore extends pulumi.ComponentResource {
  readonly statefulSetName: pulumi.Output<string>;

  constructor(name: string, args: NatsCoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:messaging:NatsCore", name, {}, opts);
    const { replicas, volumeGiB } = args.plan.core;
    const objects = { workload: natsCore, namespace: args.namespace, parent: this };
    const { storageClassName, deletionProtection } = args;
    const claim = { ...objects, storageClassName, deletionProtection, volumeGiB };

    const config = configMap(
      objects,
      pulumi.output(args.authIssuer).apply((key) => configData(coreConfig(args, key))),
    );
    const account = serviceAccount(objects);
    const service = this.#services(objects, args.leafTargetGroupArn);
    const claims = volumeClaims(claim, replicas);
    const set = new kubernetes.apps.v1.StatefulSet(
      `${name}-servers`,
      {
        metadata: metadataOf(objects),
        spec: {
          serviceName: service.metadata.name,
          replicas,
          podManagementPolicy: "Parallel",
          minReadySeconds,
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          selector: { matchLabels: selectorOf(natsCore) },
          template: podTemplate(args, config.metadata.name),
          volumeClaimTemplates: [claimTemplate(claim)],
        },
      },
      {
        parent: this,
        dependsOn: [account, ...claims],
        ignoreChanges: keptClaimTemplate,
        ...awaited(replicas, corePace),
      },
    );
    disruptionBudget(objects);

    this.statefulSetName = set.metadata.name;
    this.registerOutputs({ statefulSetName: this.statefulSetName });
  }

  #services(
    objects: { workload: string; namespace: string; parent: pulumi.Resource },
    leafTargetGroupArn: pulumi.Input<string>,
  ) {
    // Servers must find each other before they are ready: that is what makes them ready.
    const publishNotReadyAddresses = true;
    const cluster = { name: "cluster", port: natsPorts.cluster };
    headlessService(objects, [cluster], { name: clusterService, publishNotReadyAddresses });
    boundService({
      ...objects,
      name: `${natsCore}-leaf`,
      port: { name: "leaf", port: natsPorts.leaf },
      targetGroupArn: leafTargetGroupArn,
    });
    return headlessService(
      objects,
      [
        { name: "client", port: natsPorts.client },
        cluster,
        { name: "metrics", port: natsPorts.metrics },
      ],
      { publishNotReadyAddresses },
    );
  }
}
