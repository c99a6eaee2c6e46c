import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import { devicePort } from "./accelerator.ts";

export interface AcceleratorEndpointArgs {
  readonly awsRegion: AwsRegion;
  readonly listenerArn: pulumi.Input<string>;
  readonly loadBalancerArn: pulumi.Input<string>;
  /**
   * Percent of the connections that distance leads to this region which it takes; the rest goes on
   * to the next region. A cap, not a share of all devices. 0 drains the region: connections that
   * stand stay, new ones go elsewhere.
   */
  readonly trafficPercent: number;
}

/** One region's place behind the accelerator. */
export class AcceleratorEndpoint extends pulumi.ComponentResource {
  readonly endpointGroupArn: pulumi.Output<string>;

  constructor(name: string, args: AcceleratorEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:entrance:AcceleratorEndpoint", name, {}, opts);
    if (!(args.trafficPercent >= 0 && args.trafficPercent <= 100)) {
      throw new pulumi.ResourceError(
        `trafficPercent must be from 0 to 100, got ${args.trafficPercent}`,
        this,
        true,
      );
    }

    const group = new aws.globalaccelerator.EndpointGroup(
      `${name}-group`,
      {
        listenerArn: args.listenerArn,
        endpointGroupRegion: args.awsRegion,
        trafficDialPercentage: args.trafficPercent,
        endpointConfigurations: [
          {
            endpointId: args.loadBalancerArn,
            weight: 128,
            // Off by default for network load balancers; limits and audit go by the address.
            clientIpPreservationEnabled: true,
          },
        ],
        // For load balancers the accelerator believes their own view of their targets; it keeps
        // these settings all the same.
        healthCheckProtocol: "TCP",
        healthCheckPort: devicePort,
        healthCheckIntervalSeconds: 10,
        thresholdCount: 3,
      },
      { parent: this },
    );

    this.endpointGroupArn = group.arn;
    this.registerOutputs({ endpointGroupArn: this.endpointGroupArn });
  }
}
