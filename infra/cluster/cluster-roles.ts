import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, trustIn } from "../identity/policy-document.ts";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";

export interface ClusterRolesArgs {
  readonly awsRegion: AwsRegion;
  readonly secretsKeyArn: pulumi.Input<string>;
  readonly volumesKeyArn: pulumi.Input<string>;
  readonly tags: Tags;
}

/** What Auto Mode does in our account: nodes, volumes, load balancer targets, addresses. */
const clusterPolicies = [
  "AmazonEKSClusterPolicy",
  "AmazonEKSComputePolicy",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSNetworkingPolicy",
];

/** What a node itself may do: hand pods their identity, pull images. */
const nodePolicies = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"];

/**
 * The roles of the control plane and of the nodes. A node's role is what a pod gets that breaks
 * out, so it has AWS's two minimal policies and nothing of ours.
 */
export class ClusterRoles extends pulumi.ComponentResource {
  readonly clusterRoleArn: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  readonly nodeRoleName: pulumi.Output<string>;

  constructor(name: string, args: ClusterRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:ClusterRoles", name, {}, opts);

    const cluster = new aws.iam.Role(
      `${name}-cluster`,
      {
        assumeRolePolicy: trustIn("eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]),
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicy(
      `${name}-cluster-keys`,
      { role: cluster.name, policy: keysPolicy(args) },
      { parent: this },
    );
    const node = new aws.iam.Role(
      `${name}-node`,
      { assumeRolePolicy: trustIn("ec2.amazonaws.com"), tags: args.tags },
      { parent: this },
    );
    this.attach(`${name}-cluster`, cluster, clusterPolicies);
    this.attach(`${name}-node`, node, nodePolicies);

    this.clusterRoleArn = cluster.arn;
    this.nodeRoleArn = node.arn;
    this.nodeRoleName = node.name;
    this.registerOutputs({ clusterRoleArn: this.clusterRoleArn, nodeRoleArn: this.nodeRoleArn });
  }

  private attach(name: string, role: aws.iam.Role, policies: readonly string[]) {
    for (const policy of policies) {
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        { parent: this },
      );
    }
  }
}

/** AWS's own policies know nothing of our keys. */
const keysPolicy = ({ awsRegion, secretsKeyArn, volumesKeyArn }: ClusterRolesArgs) =>
  policyDocument([
    {
      Sid: "EncryptSecrets",
      Effect: "Allow",
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
      Resource: secretsKeyArn,
    },
    {
      Sid: "EncryptVolumes",
      Effect: "Allow",
      Action: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:DescribeKey",
      ],
      Resource: volumesKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `ec2.${awsRegion}.amazonaws.com` } },
    },
    {
      Sid: "AttachVolumes",
      Effect: "Allow",
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Resource: volumesKeyArn,
      // Only as a service of AWS does it when it attaches a volume, never for a person.
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ]);
