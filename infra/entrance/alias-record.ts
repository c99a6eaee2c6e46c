import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Something of AWS that has a name: a load balancer or the accelerator. */
export interface AliasTarget {
  readonly dnsName: pulumi.Input<string>;
  readonly zoneId: pulumi.Input<string>;
}

export interface AliasRecordArgs {
  readonly zoneId: pulumi.Input<string>;
  /** Full name, such as `leaf.eu-west.sentinel.internal`. */
  readonly host: string;
  readonly target: AliasTarget;
}

/** A name of ours for a name of AWS's. */
export class AliasRecord extends pulumi.ComponentResource {
  constructor(name: string, args: AliasRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:entrance:AliasRecord", name, {}, opts);

    new aws.route53.Record(
      `${name}-a`,
      {
        zoneId: args.zoneId,
        name: args.host,
        type: "A",
        aliases: [
          {
            name: args.target.dnsName,
            zoneId: args.target.zoneId,
            // There is nothing else to answer with when the target is ill.
            evaluateTargetHealth: false,
          },
        ],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
