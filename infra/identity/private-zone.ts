import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsRegion, privateZone } from "../regions.ts";
import type { Tags } from "../tags.ts";

export interface PrivateZoneArgs {
  readonly homeRegion: AwsRegion;
  readonly homeVpcId: pulumi.Input<string>;
  readonly tags: Tags;
}

/** The zone in which regions find each other's leaf entrances. Exists once. */
export class PrivateZone extends pulumi.ComponentResource {
  readonly zoneId: pulumi.Output<string>;

  constructor(name: string, args: PrivateZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:identity:PrivateZone", name, {}, opts);

    const zone = new aws.route53.Zone(
      `${name}-zone`,
      {
        name: privateZone,
        comment: "Where the regions of MQTT Sentinel find each other",
        vpcs: [{ vpcId: args.homeVpcId, vpcRegion: args.homeRegion }],
        tags: args.tags,
      },
      // Other regions' networks join by themselves; without this they would be thrown out again.
      { parent: this, ignoreChanges: ["vpcs"] },
    );

    this.zoneId = zone.zoneId;
    this.registerOutputs({ zoneId: this.zoneId });
  }
}

export interface ZoneMembershipArgs {
  readonly zoneId: pulumi.Input<string>;
  readonly awsRegion: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
}

/** Lets the network of another region see the zone. */
export class ZoneMembership extends pulumi.ComponentResource {
  constructor(name: string, args: ZoneMembershipArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:identity:ZoneMembership", name, {}, opts);

    new aws.route53.ZoneAssociation(
      `${name}-membership`,
      { zoneId: args.zoneId, vpcId: args.vpcId, vpcRegion: args.awsRegion },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
