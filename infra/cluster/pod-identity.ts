import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement, trustIn } from "../identity/policy-document.ts";
import type { Tags } from "../tags.ts";

export interface PodIdentityArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly clusterArn: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What the pods may do at AWS. */
  readonly statements: readonly Statement[];
  readonly tags: Tags;
}

/**
 * AWS rights for the pods of one service account. The role can be taken on for exactly that
 * account in that cluster: a second association elsewhere would get nothing. No OIDC provider and
 * no annotation on the service account are needed.
 */
export class PodIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:PodIdentity", name, {}, opts);
    const { clusterName, namespace, serviceAccount, tags } = args;

    const role = new aws.iam.Role(
      `${name}-role`,
      {
        assumeRolePolicy: trustIn("pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"], {
          // The cluster's ARN holds account and region, so these say it all.
          StringEquals: {
            "aws:RequestTag/eks-cluster-arn": args.clusterArn,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": serviceAccount,
          },
        }),
        tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      `${name}-rights`,
      { role: role.name, policy: policyDocument(args.statements) },
      { parent: this },
    );
    new aws.eks.PodIdentityAssociation(
      `${name}-association`,
      { clusterName, namespace, serviceAccount, roleArn: role.arn, tags },
      { parent: this },
    );

    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
