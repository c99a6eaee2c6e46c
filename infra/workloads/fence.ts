import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PodSize, RegionPlan } from "../capacity/plan.ts";
import { placementOn } from "../cluster/placement.ts";
import { mqttPort } from "../messaging/addresses.ts";
import { labelsOf, selectorOf } from "../platform/names.ts";
import { resourcesOf } from "../platform/pods.ts";
import { awaited } from "../platform/rollout.ts";
import { metadataOf, serviceAccount } from "../platform/workload-objects.ts";
import { nodeArguments, operationsOf, processPace, terminationGraceSeconds } from "./workload.ts";

export const fenceWorkload = "fence";

/** What one connection of a device may send. */
export interface FenceLimits {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
}

export interface FenceArgs {
  /** Of its own: its pods may do what pods of no other namespace may. */
  readonly namespace: string;
  readonly image: pulumi.Input<string>;
  readonly plan: Pick<RegionPlan, "edge">;
  readonly limits: FenceLimits;
}

/** On the node itself, where 8080 may be somebody else's. */
const operationsPort = 9882;
/** Of the container's memory. */
const heapShare = 0.6;
/** Of the nodes, at a time: their connections are not bounded for seconds. */
const replacedAtOnce = "25%";

function container({ image, limits, plan }: FenceArgs, size: PodSize) {
  const { ports: _, ...probes } = operationsOf("metrics");
  const nodeAddress = { fieldRef: { fieldPath: "status.hostIP" } };
  return {
    name: fenceWorkload,
    image,
    args: nodeArguments(size, heapShare),
    env: [
      { name: "REPLICA", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "HTTP_HOST", valueFrom: nodeAddress },
      { name: "HTTP_PORT", value: String(operationsPort) },
      { name: "DEVICE_PORTS", value: String(mqttPort) },
      { name: "CONNECTION_BYTES_PER_SECOND", value: String(limits.bytesPerSecond) },
      { name: "CONNECTION_BYTES_BURST", value: String(limits.burstBytes) },
      // Twice: a device that comes back within ten seconds is two.
      { name: "REMEMBERED_CONNECTIONS", value: String(2 * plan.edge.maxConnections) },
    ],
    ports: [{ name: "metrics", containerPort: operationsPort }],
    ...probes,
    resources: resourcesOf(size),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
    },
  };
}

const podSpec = (args: FenceArgs) => ({
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  ...placementOn("edge"),
  priorityClassName: "system-node-critical",
  serviceAccountName: fenceWorkload,
  terminationGracePeriodSeconds: terminationGraceSeconds,
  // Packets to the edge's pod come by in the network of its node.
  hostNetwork: true,
  // A capability is given to root alone, who has no other one here.
  securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container(args, args.plan.edge.fence)],
});

/**
 * On each node of the edges: has its kernel bound what a connection of a device may send. In a namespace
 * of its own, because what devices reach must not gain the right to it.
 */
export class Fence extends pulumi.ComponentResource {
  constructor(name: string, args: FenceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Fence", name, {}, opts);
    const objects = { workload: fenceWorkload, namespace: args.namespace, parent: this };
    const account = serviceAccount(objects);
    new kubernetes.apps.v1.DaemonSet(
      `${name}-nodes`,
      {
        metadata: metadataOf(objects),
        spec: {
          selector: { matchLabels: selectorOf(fenceWorkload) },
          updateStrategy: {
            type: "RollingUpdate",
            rollingUpdate: { maxUnavailable: replacedAtOnce },
          },
          template: { metadata: { labels: labelsOf(fenceWorkload) }, spec: podSpec(args) },
        },
      },
      { parent: this, dependsOn: account, ...awaited(args.plan.edge.maxReplicas, processPace) },
    );
    this.registerOutputs({});
  }
}
