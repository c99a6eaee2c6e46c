import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../tags.ts";

export interface ZoneSubnetsArgs {
  /** Number of the zone in its region, from 0: lookups use it, other accounts' zones differ. */
  readonly zone: number;
  /** Such as `use1-az1`. */
  readonly zoneId: string;
  readonly vpcId: pulumi.Input<string>;
  readonly cidrs: { readonly public: string; readonly private: string; readonly isolated: string };
  /** Way to the internet, shared by the public subnets of all zones. */
  readonly publicRouteTableId: pulumi.Input<string>;
  /** Without it a NAT gateway cannot be made. */
  readonly internetRoute: pulumi.Resource;
  readonly tags: Tags;
}

/**
 * The three subnets of one availability zone and its own NAT gateway: when another zone is lost,
 * this one keeps its way out.
 */
export class ZoneSubnets extends pulumi.ComponentResource {
  readonly publicSubnetId: pulumi.Output<string>;
  readonly privateSubnetId: pulumi.Output<string>;
  readonly isolatedSubnetId: pulumi.Output<string>;
  readonly privateRouteTableId: pulumi.Output<string>;
  readonly isolatedRouteTableId: pulumi.Output<string>;

  readonly #name: string;
  readonly #args: ZoneSubnetsArgs;

  constructor(name: string, args: ZoneSubnetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:network:ZoneSubnets", name, {}, opts);
    this.#name = name;
    this.#args = args;

    const open = this.subnet("public", { "kubernetes.io/role/elb": "1" });
    const closed = this.subnet("private", { "kubernetes.io/role/internal-elb": "1" });
    const isolated = this.subnet("isolated", {});
    this.associate("public", open.id, args.publicRouteTableId);
    const privateRoutes = this.routeTable("private", closed.id);
    const isolatedRoutes = this.routeTable("isolated", isolated.id);
    const gateway = this.natGateway(open.id);
    new aws.ec2.Route(
      `${name}-out`,
      {
        routeTableId: privateRoutes.id,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: gateway.id,
      },
      { parent: this },
    );

    this.publicSubnetId = open.id;
    this.privateSubnetId = closed.id;
    this.isolatedSubnetId = isolated.id;
    this.privateRouteTableId = privateRoutes.id;
    this.isolatedRouteTableId = isolatedRoutes.id;
    this.registerOutputs({ privateSubnetId: this.privateSubnetId });
  }

  private subnet(tier: Tier, roleTags: Tags) {
    return new aws.ec2.Subnet(
      `${this.#name}-${tier}`,
      {
        vpcId: this.#args.vpcId,
        cidrBlock: this.#args.cidrs[tier],
        availabilityZoneId: this.#args.zoneId,
        // What needs a public address asks for one: load balancers and NAT gateways do.
        mapPublicIpOnLaunch: false,
        tags: { ...this.tags(tier), ...roleTags },
      },
      { parent: this },
    );
  }

  private routeTable(tier: Tier, subnetId: pulumi.Input<string>) {
    const table = new aws.ec2.RouteTable(
      `${this.#name}-${tier}`,
      { vpcId: this.#args.vpcId, tags: this.tags(tier) },
      { parent: this },
    );
    this.associate(tier, subnetId, table.id);
    return table;
  }

  private associate(
    tier: Tier,
    subnetId: pulumi.Input<string>,
    routeTableId: pulumi.Input<string>,
  ) {
    new aws.ec2.RouteTableAssociation(
      `${this.#name}-${tier}`,
      { subnetId, routeTableId },
      { parent: this },
    );
  }

  private natGateway(subnetId: pulumi.Input<string>) {
    const name = `${this.#name}-nat`;
    const tags = { ...this.#args.tags, Name: name };
    const address = new aws.ec2.Eip(name, { domain: "vpc", tags }, { parent: this });
    return new aws.ec2.NatGateway(
      name,
      { allocationId: address.id, subnetId, tags },
      { parent: this, dependsOn: [this.#args.internetRoute] },
    );
  }

  /** Other stacks look a zone's route table up by these. */
  private tags(tier: Tier): Tags {
    return {
      ...this.#args.tags,
      Name: `${this.#name}-${tier}`,
      "sentinel:tier": tier,
      "sentinel:zone": String(this.#args.zone),
    };
  }
}

type Tier = keyof ZoneSubnetsArgs["cidrs"];
