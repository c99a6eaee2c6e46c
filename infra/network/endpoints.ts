import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";

/**
 * What nodes and pods call at AWS. Each costs by the hour in each zone and saves the NAT gateway's
 * price per byte; what keeps a node alive also goes on working when the way to the internet is lost.
 */
export const interfaceServices = [
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "kms",
  "logs",
  "sts",
] as const;

/** Routed, free of charge. ECR keeps the layers of images in S3. */
export const gatewayServices = ["dynamodb", "s3"] as const;

export interface PrivateEndpointsArgs {
  readonly awsRegion: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
  /** Only this range may use the endpoints. */
  readonly vpcCidr: string;
  /** One per zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly routeTableIds: readonly pulumi.Input<string>[];
  readonly tags: Tags;
}

/** Ways to AWS services that do not leave the VPC. */
export class PrivateEndpoints extends pulumi.ComponentResource {
  readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: PrivateEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:network:PrivateEndpoints", name, {}, opts);
    const serviceName = (service: string) => `com.amazonaws.${args.awsRegion}.${service}`;
    const group = this.securityGroup(name, args);

    for (const service of gatewayServices) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: args.vpcId,
          serviceName: serviceName(service),
          vpcEndpointType: "Gateway",
          routeTableIds: [...args.routeTableIds],
          tags: { ...args.tags, Name: `${name}-${service}` },
        },
        { parent: this },
      );
    }
    for (const service of interfaceServices) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        {
          vpcId: args.vpcId,
          serviceName: serviceName(service),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: [...args.subnetIds],
          securityGroupIds: [group.id],
          tags: { ...args.tags, Name: `${name}-${service}` },
        },
        { parent: this },
      );
    }

    this.securityGroupId = group.id;
    this.registerOutputs({ securityGroupId: this.securityGroupId });
  }

  private securityGroup(name: string, { vpcId, vpcCidr, tags }: PrivateEndpointsArgs) {
    const group = new aws.ec2.SecurityGroup(
      `${name}-clients`,
      { description: "HTTPS from inside the VPC to AWS services", vpcId, tags },
      { parent: this },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-https`,
      {
        securityGroupId: group.id,
        description: "AWS APIs",
        cidrIpv4: vpcCidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        tags,
      },
      { parent: this },
    );
    return group;
  }
}
