import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf, selectorOf } from "./names.ts";

export interface WorkloadObjectsArgs {
  readonly workload: string;
  readonly namespace: string;
  readonly parent: pulumi.Resource;
}

export const metadataOf = (
  { workload, namespace }: Omit<WorkloadObjectsArgs, "parent">,
  name = workload,
) => ({ name, namespace, labels: labelsOf(workload) });

/**
 * A Service is there when it is made. Pulumi would wait for pods behind it, and the pods' own
 * object waits for the Service.
 */
export const serviceMetadata = (args: Omit<WorkloadObjectsArgs, "parent">, name?: string) => ({
  ...metadataOf(args, name),
  annotations: { "pulumi.com/skipAwait": "true" },
});

/** An identity of its own for each workload, although none of them speaks to the API server. */
export function serviceAccount(args: WorkloadObjectsArgs) {
  return new kubernetes.core.v1.ServiceAccount(
    `${args.workload}-account`,
    { metadata: metadataOf(args), automountServiceAccountToken: false },
    { parent: args.parent },
  );
}

/** Text files that a workload mounts, in a ConfigMap of its name. */
export function configMap(
  args: WorkloadObjectsArgs,
  data: pulumi.Input<Record<string, pulumi.Input<string>>>,
) {
  return new kubernetes.core.v1.ConfigMap(
    `${args.workload}-config`,
    { metadata: metadataOf(args), data },
    { parent: args.parent },
  );
}

export interface ScaleArgs {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: kubernetes.types.input.autoscaling.v2.MetricSpec[];
  readonly behavior: kubernetes.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior;
}

/** Scales a workload, which must not say a number of replicas itself. */
export function autoscaler(
  args: WorkloadObjectsArgs,
  target: kubernetes.apps.v1.Deployment | kubernetes.apps.v1.StatefulSet,
  scale: ScaleArgs,
) {
  const { apiVersion, kind, metadata } = target;
  return new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
    `${args.workload}-scale`,
    {
      metadata: metadataOf(args),
      spec: { ...scale, scaleTargetRef: { apiVersion, kind, name: metadata.name } },
    },
    { parent: args.parent },
  );
}

/** At most one pod is taken away at a time when nodes are drained. */
export function disruptionBudget(args: WorkloadObjectsArgs) {
  return new kubernetes.policy.v1.PodDisruptionBudget(
    `${args.workload}-budget`,
    {
      metadata: metadataOf(args),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(args.workload) } },
    },
    { parent: args.parent },
  );
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
}

/** A Service whose name leads to the addresses of the pods themselves, each with a name of its own. */
export function headlessService(
  args: WorkloadObjectsArgs,
  ports: readonly ServicePort[],
  options: { readonly name?: string; readonly publishNotReadyAddresses?: boolean } = {},
) {
  const { name = args.workload, publishNotReadyAddresses = false } = options;
  return new kubernetes.core.v1.Service(
    `${name}-service`,
    {
      metadata: serviceMetadata(args, name),
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses,
        selector: selectorOf(args.workload),
        ports: ports.map(({ name, port }) => ({ name, port, targetPort: port })),
      },
    },
    { parent: args.parent },
  );
}
