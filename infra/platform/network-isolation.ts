import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./names.ts";
import { type NetworkPolicyArgs, networkPolicies } from "./network-policies.ts";

export interface NetworkIsolationArgs extends NetworkPolicyArgs {
  readonly namespace: string;
}

/** The network policies of our namespace, and the switch without which EKS does not enforce them. */
export class NetworkIsolation extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkIsolationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:NetworkIsolation", name, {}, opts);
    // The nodes' class must allow policies too (`networkPolicy: DefaultAllow`).
    new kubernetes.core.v1.ConfigMap(
      `${name}-controller`,
      {
        metadata: { name: "amazon-vpc-cni", namespace: "kube-system" },
        data: { "enable-network-policy-controller": "true" },
      },
      { parent: this },
    );
    for (const policy of networkPolicies(args)) {
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policy.name}`,
        {
          metadata: { name: policy.name, namespace: args.namespace, labels: labelsOf(policy.name) },
          spec: policy.spec,
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
