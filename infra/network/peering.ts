import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";

/** One end of a peering. */
export interface PeeringSide {
  readonly awsRegion: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
  readonly cidr: pulumi.Input<string>;
  /** Of the private subnets: only nodes and internal load balancers talk across. */
  readonly routeTableIds: readonly pulumi.Input<string>[];
}

export interface RegionPeeringArgs {
  readonly here: PeeringSide;
  /** The side that existed before. Its half is made from here, with its region on each resource. */
  readonly there: PeeringSide;
  readonly tags: Tags;
}

/** A private way between the networks of two regions of one account, for the leaf links. */
export class RegionPeering extends pulumi.ComponentResource {
  readonly connectionId: pulumi.Output<string>;

  constructor(name: string, args: RegionPeeringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:network:RegionPeering", name, {}, opts);
    const { here, there } = args;
    if (here.awsRegion === there.awsRegion) {
      throw new pulumi.ResourceError(
        `a peering joins two regions, got ${here.awsRegion} twice; name the other region`,
        this,
        true,
      );
    }

    const accepter = this.connect(name, args);
    this.names(name, args, accepter.id);
    const way = { destinationCidrBlock: there.cidr, vpcPeeringConnectionId: accepter.id };
    this.routes(`${name}-here`, here, way);
    this.routes(`${name}-there`, there, { ...way, destinationCidrBlock: here.cidr });

    // The accepter's id is the connection's, known once it is accepted: what uses it waits for that.
    this.connectionId = accepter.id;
    this.registerOutputs({ connectionId: this.connectionId });
  }

  private connect(name: string, { here, there, tags: baseTags }: RegionPeeringArgs) {
    const tags = { ...baseTags, Name: name };
    const connection = new aws.ec2.VpcPeeringConnection(
      `${name}-request`,
      {
        region: here.awsRegion,
        vpcId: here.vpcId,
        peerVpcId: there.vpcId,
        peerRegion: there.awsRegion,
        // Across regions only the other side can accept.
        autoAccept: false,
        tags,
      },
      { parent: this },
    );
    return new aws.ec2.VpcPeeringConnectionAccepter(
      `${name}-accept`,
      {
        region: there.awsRegion,
        vpcPeeringConnectionId: connection.id,
        autoAccept: true,
        tags,
      },
      { parent: this },
    );
  }

  /** Public host names of machines across resolve to private addresses. Each side sets its own. */
  private names(
    name: string,
    args: RegionPeeringArgs,
    vpcPeeringConnectionId: pulumi.Input<string>,
  ) {
    const resolution = { allowRemoteVpcDnsResolution: true };
    new aws.ec2.PeeringConnectionOptions(
      `${name}-names-here`,
      { region: args.here.awsRegion, vpcPeeringConnectionId, requester: resolution },
      { parent: this },
    );
    new aws.ec2.PeeringConnectionOptions(
      `${name}-names-there`,
      { region: args.there.awsRegion, vpcPeeringConnectionId, accepter: resolution },
      { parent: this },
    );
  }

  private routes(name: string, side: PeeringSide, way: Omit<aws.ec2.RouteArgs, "routeTableId">) {
    for (const [zone, routeTableId] of side.routeTableIds.entries()) {
      new aws.ec2.Route(
        `${name}-${zone}`,
        { ...way, region: side.awsRegion, routeTableId },
        { parent: this },
      );
    }
  }
}
