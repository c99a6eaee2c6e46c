import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, trustIn } from "../identity/policy-document.ts";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";

export interface FlowLogsArgs {
  readonly awsRegion: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
  /** Key whose policy lets CloudWatch Logs of this region use it. */
  readonly logsKeyArn: pulumi.Input<string>;
  readonly retentionDays: number;
  readonly tags: Tags;
}

/**
 * Who was turned away in a VPC, in CloudWatch Logs.
 *
 * Accepted traffic is left out: 750,000 devices that ping once a minute would be some 66 billion
 * records a month, 8.5 TB, more than all nodes cost. Who connected is in AUDIT with its address.
 */
export class FlowLogs extends pulumi.ComponentResource {
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:network:FlowLogs", name, {}, opts);
    const { tags } = args;
    const group = new aws.cloudwatch.LogGroup(
      `${name}-group`,
      { kmsKeyId: args.logsKeyArn, retentionInDays: args.retentionDays, tags },
      { parent: this },
    );
    const { role, policy } = this.writer(`${name}-writer`, args, group.arn);
    new aws.ec2.FlowLog(
      `${name}-rejected`,
      {
        vpcId: args.vpcId,
        trafficType: "REJECT",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        tags,
      },
      { parent: this, dependsOn: [policy] },
    );

    this.logGroupName = group.name;
    this.registerOutputs({ logGroupName: this.logGroupName });
  }

  private writer(name: string, args: FlowLogsArgs, groupArn: pulumi.Input<string>) {
    const role = new aws.iam.Role(
      name,
      {
        // Only for flow logs of this account, so that nobody else's can be pointed at the role.
        assumeRolePolicy: trustIn("vpc-flow-logs.amazonaws.com", undefined, {
          StringEquals: { "aws:SourceAccount": args.accountId },
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      name,
      { role: role.name, policy: writePolicy(args, groupArn) },
      { parent: this },
    );
    return { role, policy };
  }
}

const writePolicy = (args: FlowLogsArgs, groupArn: pulumi.Input<string>) =>
  policyDocument([
    {
      Sid: "WriteStreams",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      // The service chooses the names of its streams.
      Resource: pulumi.interpolate`${groupArn}:*`,
    },
    {
      Sid: "FindGroup",
      Effect: "Allow",
      Action: "logs:DescribeLogGroups",
      // A listing cannot be narrowed to one group.
      Resource: pulumi.interpolate`arn:aws:logs:${args.awsRegion}:${args.accountId}:log-group:*`,
    },
  ]);
