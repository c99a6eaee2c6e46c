import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../tags.ts";

/** The devices' port, which anybody may try: what listens there asks for TLS 1.3 and credentials. */
const publicPort = 8883;

export interface PassthroughLoadBalancerArgs {
  readonly vpcId: pulumi.Input<string>;
  /** One per zone: public ones for `public`, private ones for `internal`. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** An accelerator reaches an internal one too, and is then the only way in from the internet. */
  readonly exposure: "public" | "internal";
  readonly port: number;
  /** Where the pods listen. */
  readonly targetPort: number;
  /**
   * IPv4 ranges whose connections are taken. An accelerator in front keeps the devices' addresses,
   * so a load balancer for devices has to admit 0.0.0.0/0; no other may.
   */
  readonly admits: readonly pulumi.Input<string>[];
  /** Pods see who connects. Not needed where pods of a peer connect. */
  readonly preserveClientIp: boolean;
  /**
   * Each zone's entrance serves the pods of all zones. Evens the load out and survives a zone whose
   * pods are gone; traffic between zones costs. AWS advises against it behind an accelerator, since
   * two entrances may then meet at one pod with the same client address and port.
   */
  readonly crossZone: boolean;
  readonly clusterName: pulumi.Input<string>;
  /** Security group of the cluster's pods, which is opened for this load balancer. */
  readonly podSecurityGroupId: pulumi.Input<string>;
  readonly tags: Tags;
  /** Refuses deletion, here and at AWS. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/**
 * A network load balancer that hands TCP on to pods as it is, so that TLS ends where the client is
 * authenticated. A TargetGroupBinding in the cluster enters the pods; it must leave `networking`
 * out, because the security groups are settled here.
 */
export class PassthroughLoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** Of `dnsName`, for alias records. */
  readonly zoneId: pulumi.Output<string>;
  readonly targetGroupArn: pulumi.Output<string>;

  constructor(
    name: string,
    args: PassthroughLoadBalancerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("sentinel:entrance:PassthroughLoadBalancer", name, {}, opts);
    if (args.admits.includes("0.0.0.0/0") && args.port !== publicPort) {
      throw new pulumi.ResourceError(
        `admits must not hold 0.0.0.0/0 on port ${args.port}; only ${publicPort} may`,
        this,
        true,
      );
    }

    const group = this.securityGroup(name, args);
    const balancer = this.balancer(name, args, group.id);
    const targets = this.targets(name, args);
    new aws.lb.Listener(
      `${name}-tcp`,
      {
        loadBalancerArn: balancer.arn,
        port: args.port,
        protocol: "TCP",
        // Longer than the 340 s of the accelerator, so that this one is never the first to let go.
        tcpIdleTimeoutSeconds: 350,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
        tags: args.tags,
      },
      { parent: this },
    );

    this.arn = balancer.arn;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.targetGroupArn = targets.arn;
    this.registerOutputs({ dnsName: this.dnsName, targetGroupArn: this.targetGroupArn });
  }

  /** In: the port, from where it is admitted. Out: the pods' port, which health checks use too. */
  private securityGroup(name: string, args: PassthroughLoadBalancerArgs): aws.ec2.SecurityGroup {
    const { vpcId, tags, podSecurityGroupId } = args;
    const parent = { parent: this };
    const group = new aws.ec2.SecurityGroup(
      `${name}-entrance`,
      { description: `Entrance ${name}`, vpcId, tags: { ...tags, Name: name } },
      parent,
    );
    for (const [index, cidrIpv4] of args.admits.entries()) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-admits-${index}`,
        { securityGroupId: group.id, cidrIpv4, ...tcp(args.port), tags },
        parent,
      );
    }
    const toPods = { ...tcp(args.targetPort), tags };
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-to-pods`,
      { securityGroupId: group.id, referencedSecurityGroupId: podSecurityGroupId, ...toPods },
      parent,
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-into-pods`,
      { securityGroupId: podSecurityGroupId, referencedSecurityGroupId: group.id, ...toPods },
      parent,
    );
    return group;
  }

  private balancer(
    name: string,
    args: PassthroughLoadBalancerArgs,
    securityGroupId: pulumi.Input<string>,
  ) {
    const protect = args.deletionProtection ?? true;
    return new aws.lb.LoadBalancer(
      `${name}-nlb`,
      {
        loadBalancerType: "network",
        internal: args.exposure === "internal",
        // An accelerator keeps client addresses for IPv4 balancers with a security group only, and
        // a balancer made without a group can never be given one.
        ipAddressType: "ipv4",
        securityGroups: [securityGroupId],
        subnets: [...args.subnetIds],
        enableCrossZoneLoadBalancing: args.crossZone,
        enableDeletionProtection: protect,
        tags: args.tags,
      },
      { parent: this, protect },
    );
  }

  private targets(name: string, args: PassthroughLoadBalancerArgs) {
    return new aws.lb.TargetGroup(
      `${name}-targets`,
      {
        vpcId: args.vpcId,
        targetType: "ip",
        protocol: "TCP",
        port: args.targetPort,
        preserveClientIp: String(args.preserveClientIp),
        // A server that leaves moves its connections over by itself within its lame duck time.
        deregistrationDelay: 120,
        healthCheck: {
          protocol: "TCP",
          port: "traffic-port",
          interval: 10,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        // EKS may enter pods only into target groups that carry its cluster's name.
        tags: pulumi
          .output(args.clusterName)
          .apply((clusterName) => ({ ...args.tags, "eks:eks-cluster-name": clusterName })),
      },
      { parent: this },
    );
  }
}

const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
