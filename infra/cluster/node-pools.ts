import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type NodePoolName, nodePoolKey, nodePools, renewalGrace, taintsOf } from "./placement.ts";

export interface NodePoolsArgs {
  /** EC2 instance type of each pool, such as `m7g.xlarge`. */
  readonly instanceTypes: Readonly<Record<NodePoolName, string>>;
  readonly nodeRoleName: pulumi.Input<string>;
  /** One per zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
  readonly volumesKeyArn: pulumi.Input<string>;
}

/** The longest that EKS lets a node live. */
const nodeLifetime = "504h";

/**
 * When nodes are given up. Core and edge hold what is costly to move (a server that has to catch
 * up, devices that have to connect again), so they go only when nothing runs on them; apps are
 * packed. One node at a time in every pool, because a zone may be failing at that moment.
 *
 * New machine images come about weekly and replace nodes within this budget, long before a node's
 * lifetime ends; the end of the lifetime heeds no budget, then only pod disruption budgets pace it.
 */
const disruptionOf = (pool: NodePoolName) => ({
  consolidationPolicy: pool === "apps" ? "WhenEmptyOrUnderutilized" : "WhenEmpty",
  consolidateAfter: "10m",
  budgets: [{ nodes: "1" }],
});

/** The nodes of a region: three pools out of one class, all on demand, spread by what runs on them. */
export class NodePools extends pulumi.ComponentResource {
  constructor(name: string, args: NodePoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:NodePools", name, {}, opts);

    const nodeClass = new k8s.apiextensions.CustomResource(
      `${name}-class`,
      {
        apiVersion: "eks.amazonaws.com/v1",
        kind: "NodeClass",
        metadata: { name: "sentinel" },
        spec: {
          role: args.nodeRoleName,
          subnetSelectorTerms: args.subnetIds.map((id) => ({ id })),
          securityGroupSelectorTerms: [{ id: args.securityGroupId }],
          // Our policies deny by default where they apply; what comes with EKS has none.
          networkPolicy: "DefaultAllow",
          ephemeralStorage: { size: "80Gi", kmsKeyID: args.volumesKeyArn },
        },
      },
      { parent: this },
    );
    for (const pool of nodePools) {
      new k8s.apiextensions.CustomResource(
        `${name}-${pool}`,
        {
          apiVersion: "karpenter.sh/v1",
          kind: "NodePool",
          metadata: { name: pool },
          spec: poolSpec(pool, args.instanceTypes[pool]),
        },
        { parent: this, dependsOn: [nodeClass] },
      );
    }
    this.registerOutputs({});
  }
}

const poolSpec = (pool: NodePoolName, instanceType: string) => ({
  template: {
    metadata: { labels: { [nodePoolKey]: pool } },
    spec: {
      nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "sentinel" },
      requirements: [
        { key: "node.kubernetes.io/instance-type", operator: "In", values: [instanceType] },
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
      ],
      taints: taintsOf(pool),
      expireAfter: nodeLifetime,
      terminationGracePeriod: renewalGrace,
    },
  },
  disruption: disruptionOf(pool),
});
