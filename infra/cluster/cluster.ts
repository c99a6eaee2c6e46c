import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import { kubernetesVersion } from "../versions.ts";
import { ClusterRoles } from "./cluster-roles.ts";
import { kubeconfig } from "./kubeconfig.ts";

export interface RegionClusterArgs {
  readonly awsRegion: AwsRegion;
  /** A fixed name, because the log group and the kubeconfig are named after it. */
  readonly clusterName: string;
  /** Where the control plane puts its interfaces: three zones, a /28 each is enough. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly secretsKeyArn: pulumi.Input<string>;
  readonly volumesKeyArn: pulumi.Input<string>;
  readonly logsKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /**
   * IPv4 ranges that may reach the API server from the internet. Empty: only the VPC may, and
   * `pulumi up` has to run where it reaches the VPC. The whole internet is refused.
   */
  readonly publicAccess: readonly string[];
  /**
   * Private IPv4 ranges outside of the cluster's own nodes that may reach the API server, such as
   * that of the runner. Defaults to none: the cluster's security group lets in nobody else.
   */
  readonly privateAccess?: readonly string[];
  /**
   * ARNs of roles that administer the cluster. Whoever creates the cluster is one already, and
   * must not be named again.
   */
  readonly operators: readonly string[];
  /** ARNs of roles that may look at everything but Secrets. Defaults to none. */
  readonly viewers?: readonly string[];
  /** Profile of the AWS configuration with which `kubectl` and Pulumi sign in, where one is named. */
  readonly profile?: string;
  readonly tags: Tags;
  /** Refuses deletion, here and at AWS. Defaults to true. */
  readonly deletionProtection?: boolean;
}

const apiPort = 443;
const accessPolicy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;

/**
 * One region's Kubernetes: EKS Auto Mode, which brings nodes, volumes, load balancer targets, DNS
 * and pod identity, so that nothing has to be installed before our own objects.
 */
export class RegionCluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  /** Of all nodes and pods. */
  readonly securityGroupId: pulumi.Output<string>;
  /** For the NodeClass. */
  readonly nodeRoleName: pulumi.Output<string>;

  constructor(name: string, args: RegionClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:RegionCluster", name, {}, opts);
    if (args.publicAccess.includes("0.0.0.0/0")) {
      throw new pulumi.ResourceError(
        "publicAccess must not hold 0.0.0.0/0; name the ranges of your offices and runners, or none",
        this,
        true,
      );
    }
    const roles = new ClusterRoles(`${name}-roles`, args, { parent: this });
    const cluster = this.cluster(name, args, roles);
    this.grant(`${name}-nodes`, cluster.name, {
      principalArn: roles.nodeRoleArn,
      type: "EC2",
      policy: "AmazonEKSAutoNodePolicy",
    });
    this.admit(name, args, cluster);

    this.arn = cluster.arn;
    this.clusterName = cluster.name;
    this.kubeconfig = pulumi
      .all([cluster.name, cluster.endpoint, cluster.certificateAuthority.data])
      .apply(([clusterName, endpoint, certificateAuthority]) =>
        kubeconfig({
          ...{ clusterName, endpoint, certificateAuthority, awsRegion: args.awsRegion },
          ...(args.profile !== undefined && { profile: args.profile }),
        }),
      );
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.nodeRoleName = roles.nodeRoleName;
    this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig });
  }

  /** Roles and networks that may speak to the API server. */
  private admit(name: string, args: RegionClusterArgs, cluster: aws.eks.Cluster) {
    const roles = [
      ["operator", "AmazonEKSClusterAdminPolicy", args.operators],
      ["viewer", "AmazonEKSViewPolicy", args.viewers ?? []],
    ] as const;
    for (const [role, policy, arns] of roles) {
      for (const [index, principalArn] of arns.entries()) {
        const to: Grant = { principalArn, type: "STANDARD", policy };
        this.grant(`${name}-${role}-${index}`, cluster.name, to);
      }
    }
    for (const [index, cidrIpv4] of (args.privateAccess ?? []).entries()) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-admits-${index}`,
        {
          securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
          description: "to the Kubernetes API",
          ipProtocol: "tcp",
          fromPort: apiPort,
          toPort: apiPort,
          cidrIpv4,
          tags: args.tags,
        },
        { parent: this },
      );
    }
  }

  private cluster(name: string, args: RegionClusterArgs, roles: ClusterRoles) {
    const protect = args.deletionProtection ?? true;
    const logs = this.logs(name, args);
    return new aws.eks.Cluster(
      `${name}-cluster`,
      {
        name: args.clusterName,
        version: kubernetesVersion,
        roleArn: roles.clusterRoleArn,
        // No built-in pools: all nodes are of our NodePools, with our key and subnets. AWS wants
        // no node role here then; the access entry lets the nodes in instead.
        computeConfig: { enabled: true },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
        storageConfig: { blockStorage: { enabled: true } },
        bootstrapSelfManagedAddons: false,
        accessConfig: {
          authenticationMode: "API",
          // Whoever runs `pulumi up` first must be able to go on and make the objects.
          bootstrapClusterCreatorAdminPermissions: true,
        },
        encryptionConfig: { provider: { keyArn: args.secretsKeyArn }, resources: ["secrets"] },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        vpcConfig: {
          subnetIds: [...args.subnetIds],
          endpointPrivateAccess: true,
          endpointPublicAccess: args.publicAccess.length > 0,
          ...(args.publicAccess.length > 0 && { publicAccessCidrs: [...args.publicAccess] }),
        },
        // A version out of support is upgraded by AWS, instead of moving to the dearer extended one.
        upgradePolicy: { supportType: "STANDARD" },
        deletionProtection: protect,
        tags: args.tags,
      },
      // A cluster can be neither made nor deleted while its role has no rights.
      { parent: this, protect, dependsOn: [roles, logs] },
    );
  }

  /** EKS would make this group itself, without a key and for ever. */
  private logs(name: string, args: RegionClusterArgs) {
    return new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/aws/eks/${args.clusterName}/cluster`,
        kmsKeyId: args.logsKeyArn,
        retentionInDays: args.logRetentionDays,
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private grant(name: string, clusterName: pulumi.Input<string>, to: Grant) {
    const entry = new aws.eks.AccessEntry(
      name,
      { clusterName, principalArn: to.principalArn, type: to.type },
      { parent: this },
    );
    new aws.eks.AccessPolicyAssociation(
      name,
      {
        clusterName,
        principalArn: entry.principalArn,
        policyArn: accessPolicy(to.policy),
        accessScope: { type: "cluster" },
      },
      { parent: this, dependsOn: [entry] },
    );
  }
}

interface Grant {
  readonly principalArn: pulumi.Input<string>;
  readonly type: "EC2" | "STANDARD";
  readonly policy: string;
}
