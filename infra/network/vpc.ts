import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import { addressPlan } from "./address-plan.ts";
import { PrivateEndpoints } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { ZoneSubnets } from "./zone-subnets.ts";
import { zoneIds } from "./zones.ts";

export interface RegionNetworkArgs {
  readonly awsRegion: AwsRegion;
  /** A /16 that no other region overlaps, because the regions are peered. */
  readonly cidr: string;
  readonly accountId: pulumi.Input<string>;
  /** For the flow logs; its policy must let CloudWatch Logs use it. */
  readonly logsKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Holds `sentinel:stack`, by which other stacks look this network up. */
  readonly tags: Tags;
  /** Refuses a change that would replace the VPC, such as another range. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/** One region's VPC over three zones, with its ways out, its endpoints and its flow logs. */
export class RegionNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** One per zone, as are the others. For public load balancers. */
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  /** For nodes, pods and internal load balancers. */
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** For what needs no way to the internet: the control plane's interfaces. */
  readonly isolatedSubnetIds: readonly pulumi.Output<string>[];
  /** Where peerings add their routes. */
  readonly privateRouteTableIds: readonly pulumi.Output<string>[];

  constructor(name: string, args: RegionNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:network:RegionNetwork", name, {}, opts);
    const tags = { ...args.tags, Name: name };

    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true, tags },
      { parent: this, protect: args.deletionProtection ?? true },
    );
    // Every VPC is born with a group that admits its own members: without rules nobody can lean on it.
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default`,
      { vpcId: vpc.id, ingress: [], egress: [], tags },
      { parent: this },
    );
    const zones = this.zones(name, vpc.id, args);
    this.vpcId = vpc.id;
    this.publicSubnetIds = zones.map((zone) => zone.publicSubnetId);
    this.privateSubnetIds = zones.map((zone) => zone.privateSubnetId);
    this.isolatedSubnetIds = zones.map((zone) => zone.isolatedSubnetId);
    this.privateRouteTableIds = zones.map((zone) => zone.privateRouteTableId);
    this.attachments(name, args, zones);
    this.registerOutputs({ vpcId: this.vpcId });
  }

  private zones(
    name: string,
    vpcId: pulumi.Input<string>,
    args: RegionNetworkArgs,
  ): readonly ZoneSubnets[] {
    const plan = addressPlan(args.cidr);
    const publicRoutes = this.publicRoutes(name, vpcId, args.tags);
    return zoneIds[args.awsRegion].map((zoneId, zone) => {
      const cidr = (tier: keyof typeof plan) => plan[tier][zone] ?? "";
      return new ZoneSubnets(
        `${name}-${zone}`,
        {
          zone,
          zoneId,
          vpcId,
          cidrs: {
            public: cidr("public"),
            private: cidr("private"),
            isolated: cidr("isolated"),
          },
          ...publicRoutes,
          tags: args.tags,
        },
        { parent: this },
      );
    });
  }

  private publicRoutes(name: string, vpcId: pulumi.Input<string>, baseTags: Tags) {
    const tags = { ...baseTags, Name: `${name}-public` };
    const gateway = new aws.ec2.InternetGateway(
      `${name}-internet`,
      { vpcId, tags },
      { parent: this },
    );
    const table = new aws.ec2.RouteTable(`${name}-public`, { vpcId, tags }, { parent: this });
    const internetRoute = new aws.ec2.Route(
      `${name}-internet`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );
    return { publicRouteTableId: table.id, internetRoute };
  }

  private attachments(name: string, args: RegionNetworkArgs, zones: readonly ZoneSubnets[]) {
    const { vpcId } = this;
    new PrivateEndpoints(
      `${name}-endpoints`,
      {
        awsRegion: args.awsRegion,
        vpcId,
        vpcCidr: args.cidr,
        subnetIds: this.isolatedSubnetIds,
        routeTableIds: zones.flatMap((zone) => [
          zone.privateRouteTableId,
          zone.isolatedRouteTableId,
        ]),
        tags: args.tags,
      },
      { parent: this },
    );
    new FlowLogs(
      `${name}-flow-logs`,
      {
        awsRegion: args.awsRegion,
        vpcId,
        accountId: args.accountId,
        logsKeyArn: args.logsKeyArn,
        retentionDays: args.logRetentionDays,
        tags: args.tags,
      },
      { parent: this },
    );
  }
}
