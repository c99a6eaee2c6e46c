import { createHash } from "node:crypto";
import { posix } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { placementOn } from "../cluster/placement.ts";
import { boundService } from "../platform/bound-service.ts";
import { selectorOf } from "../platform/names.ts";
import { apartFromItself, spreadOver, zoneTopology } from "../platform/pods.ts";
import { awaited, type PodPace } from "../platform/rollout.ts";
import {
  autoscaler,
  configMap,
  disruptionBudget,
  headlessService,
  metadataOf,
  serviceAccount,
} from "../platform/workload-objects.ts";
import { clusterRoutes, mqttPort, natsEdge, natsPorts } from "./addresses.ts";
import { edgeStartScript, gateCredential } from "./edge-start.ts";
import { type NatsEdgeArgs as NatsEdgeSettings, natsEdgeConfig } from "./nats-config.ts";
import { folders } from "./nats-folders.ts";
import {
  configData,
  deviceCa,
  healthProbe,
  type NatsImages,
  natsPodTemplate,
  terminationGraceSeconds,
  tlsFiles,
} from "./nats-pods.ts";
import { EnvironmentReference } from "./nats-syntax.ts";
import { gatePasswordContainer, reportGateContainer } from "./report-gate.ts";

export interface NatsEdgeArgs {
  readonly namespace: string;
  readonly region: RegionName;
  readonly plan: Pick<RegionPlan, "core" | "edge">;
  readonly images: NatsImages;
  /** Public key of the account that signs what the auth service answers. */
  readonly authIssuer: pulumi.Input<string>;
  /** Of the gate for reports. Undefined before there are images, and so no devices either. */
  readonly reportGateImage?: pulumi.Input<string>;
  readonly trustConfigMap: pulumi.Input<string>;
  /** Secrets that cert-manager fills: for the routes, and the one that devices are shown. */
  readonly certificates: {
    readonly edge: pulumi.Input<string>;
    readonly devices: pulumi.Input<string>;
  };
  readonly devicesTargetGroupArn: pulumi.Input<string>;
  /** PEM: whose certificates devices are asked for. Undefined: they are asked for none. */
  readonly deviceCa?: string;
}

const everywhere = (port: number) => `0.0.0.0:${port}`;

/** The load balancer has to see a new server healthy before the next old one goes. */
const minReadySeconds = 30;
const startupSeconds = 60;
export const edgePace: PodPace = {
  stop: terminationGraceSeconds("edge"),
  start: startupSeconds + minReadySeconds,
};

/** Open connections of a pod, as Prometheus hands them to the autoscaler. */
export const connectionsMetric = "sentinel_edge_connections";

/** Shows which it is, the authorities beside it included: so each edge sees who has a new one. */
function edgeConfig(args: NatsEdgeArgs, authIssuer: string): string {
  const settings = edgeSettings(args, authIssuer);
  const content = JSON.stringify([natsEdgeConfig(settings), args.deviceCa]);
  const configuration = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return natsEdgeConfig({ ...settings, configuration });
}

function edgeSettings(args: NatsEdgeArgs, authIssuer: string): NatsEdgeSettings {
  const { core, edge } = args.plan;
  return {
    serverName: new EnvironmentReference("POD_NAME"),
    region: args.region,
    // From outside nothing connects to an edge but devices.
    clientListen: `127.0.0.1:${natsPorts.client}`,
    monitorListen: everywhere(natsPorts.monitor),
    cluster: {
      listen: everywhere(natsPorts.cluster),
      routes: clusterRoutes(args.namespace, core.replicas),
    },
    tls: tlsFiles("edge"),
    authIssuer,
    passwordsFile: posix.relative(folders.config, `${folders.run}/${gateCredential.passwords}`),
    mqttListen: everywhere(mqttPort),
    mqttTls: tlsFiles("devices"),
    ...(args.deviceCa !== undefined && { deviceCaFile: deviceCa.path }),
    mqttStreamReplicas: Math.min(3, core.replicas),
    maxConnections: edge.maxConnections,
    peers: peersOf(args.region),
  };
}

/** What the server's container begins with. */
const startCommand = ["sh", "-c", edgeStartScript, "start", folders.run];

function podTemplate(args: NatsEdgeArgs, configMap: pulumi.Input<string>) {
  return natsPodTemplate({
    workload: natsEdge,
    role: "edge",
    size: args.plan.edge.pod,
    images: args.images,
    configMap,
    trustConfigMap: args.trustConfigMap,
    certificates: args.certificates,
    companions:
      args.reportGateImage === undefined
        ? []
        : [
            gatePasswordContainer(args.images.server, startCommand),
            reportGateContainer({
              image: args.reportGateImage,
              devices: args.plan.edge.maxConnections,
              ...args.plan.edge.reportGate,
            }),
          ],
    ports: { mqtt: mqttPort, cluster: natsPorts.cluster, monitor: natsPorts.monitor },
    probes: {
      startupProbe: healthProbe("", 2, startupSeconds / 2),
      readinessProbe: healthProbe("", 5, 2),
      livenessProbe: healthProbe("", 30, 3),
    },
    startCommand,
    // Small and many: the memory of an edge is its connections.
    garbagePercent: 50,
    exporterFlags: ["-varz", "-routez", "-accstatz", "-healthz"],
    placement: {
      ...placementOn("edge"),
      affinity: apartFromItself(natsEdge),
      topologySpreadConstraints: [spreadOver(zoneTopology, natsEdge)],
    },
  });
}

/**
 * Up as fast as nodes come, down by one server in ten minutes: each one that goes sends tens of
 * thousands of devices to the others, and devices that have left for a moment come back.
 */
const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
  },
  scaleDown: {
    stabilizationWindowSeconds: 1_800,
    policies: [{ type: "Pods", value: 1, periodSeconds: 600 }],
  },
};

const metricsOf = (targetConnections: number) => [
  {
    type: "Pods",
    pods: {
      metric: { name: connectionsMetric },
      target: { type: "AverageValue", averageValue: String(targetConnections) },
    },
  },
  {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
  },
];

const scaleOf = ({ replicas, maxReplicas, targetConnections }: RegionPlan["edge"]) => ({
  minReplicas: replicas,
  maxReplicas,
  metrics: metricsOf(targetConnections),
  behavior,
});

/**
 * The servers that devices connect to. They store nothing.
 *
 * A StatefulSet although there is no state: a server keeps its name when its pod moves, so that
 * metrics and logs of one server stay together, and the server that goes when it becomes fewer is
 * always the last. The number of replicas is left to the autoscaler, also at the start.
 */
export class NatsEdge extends pulumi.ComponentResource {
  readonly statefulSetName: pulumi.Output<string>;

  constructor(name: string, args: NatsEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:messaging:NatsEdge", name, {}, opts);
    const objects = { workload: natsEdge, namespace: args.namespace, parent: this };

    const data = pulumi.output(args.authIssuer).apply(
      (key): Record<string, string> => ({
        ...configData(edgeConfig(args, key)),
        ...(args.deviceCa !== undefined && { [deviceCa.name]: args.deviceCa }),
      }),
    );
    const config = configMap(objects, data);
    const account = serviceAccount(objects);
    const mqtt = { name: "mqtt", port: mqttPort };
    const service = headlessService(objects, [mqtt, { name: "metrics", port: natsPorts.metrics }]);
    boundService({
      ...objects,
      name: `${natsEdge}-devices`,
      port: mqtt,
      targetGroupArn: args.devicesTargetGroupArn,
    });
    const set = new kubernetes.apps.v1.StatefulSet(
      `${name}-servers`,
      {
        metadata: metadataOf(objects),
        spec: {
          serviceName: service.metadata.name,
          podManagementPolicy: "Parallel",
          minReadySeconds,
          selector: { matchLabels: selectorOf(natsEdge) },
          template: podTemplate(args, config.metadata.name),
        },
      },
      { parent: this, dependsOn: account, ...awaited(args.plan.edge.maxReplicas, edgePace) },
    );
    disruptionBudget(objects);
    autoscaler(objects, set, scaleOf(args.plan.edge));

    this.statefulSetName = set.metadata.name;
    this.registerOutputs({ statefulSetName: this.statefulSetName });
  }
}
