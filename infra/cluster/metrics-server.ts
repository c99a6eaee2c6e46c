import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../tags.ts";

export interface MetricsServerArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly tags: Tags;
}

/**
 * CPU and memory of pods, for autoscalers and `kubectl top`. Auto Mode does not bring it; EKS has
 * it as a community add-on, and without a version picks the one that it validated for the
 * cluster's Kubernetes version.
 *
 * It needs a node: make it depend on the node pools, or its creation waits in vain.
 */
export class MetricsServer extends pulumi.ComponentResource {
  constructor(name: string, args: MetricsServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:MetricsServer", name, {}, opts);

    new aws.eks.Addon(
      `${name}-addon`,
      {
        clusterName: args.clusterName,
        addonName: "metrics-server",
        // It holds no settings of ours that an update could overwrite.
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
        tags: args.tags,
      },
      { parent: this, ...(opts?.dependsOn && { dependsOn: opts.dependsOn }) },
    );
    this.registerOutputs({});
  }
}
