import type * as kubernetes from "@pulumi/kubernetes";
import type { PodSize } from "../capacity/plan.ts";
import { selectorOf } from "./names.ts";

type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Container = kubernetes.types.input.core.v1.Container;
type Spread = kubernetes.types.input.core.v1.TopologySpreadConstraint;

/** What the Pod Security level `restricted` asks of a pod, and that it gets no token for the API. */
export const restrictedPod = (user: number) =>
  ({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      // A volume with millions of files would otherwise be walked through at each start.
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
  }) satisfies Partial<PodSpec>;

/** The same for each of its containers, which moreover cannot write to their own image. */
export const restrictedContainer = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
} satisfies Partial<Container>;

/**
 * What a container is promised. Memory is limited to that; the processor is not, since a container
 * that is throttled for a tenth of a second has missed its target of 50 ms.
 */
export const resourcesOf = ({ cpuMillis, memoryMiB }: PodSize) => ({
  requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` },
  limits: { memory: `${memoryMiB}Mi` },
});

export const zoneTopology = "topology.kubernetes.io/zone";
export const nodeTopology = "kubernetes.io/hostname";

/**
 * Spread evenly over zones or nodes. `DoNotSchedule` where a pod is bound to its place anyway;
 * with `ScheduleAnyway` the pods of a lost zone find room in the others.
 */
export const spreadOver = (
  topologyKey: string,
  workload: string,
  whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway" = "ScheduleAnyway",
): Spread => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable,
  labelSelector: { matchLabels: selectorOf(workload) },
});

/** Never two of a workload on one node. */
export const apartFromItself = (workload: string) => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: nodeTopology, labelSelector: { matchLabels: selectorOf(workload) } },
    ],
  },
});

/** Files of Secrets and projected volumes: readable by the pod's group, which is its own. */
export const readableByGroup = 0o440;
