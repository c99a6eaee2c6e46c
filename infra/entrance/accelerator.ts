import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "../tags.ts";

/** Where devices connect, in every region. */
export const devicePort = 8883;

export interface GlobalAcceleratorArgs {
  /** Where to write flow logs. Defaults to nowhere. */
  readonly flowLogs?: {
    readonly bucket: pulumi.Input<string>;
    /** Folder in the bucket, without slashes around. */
    readonly prefix: string;
  };
  readonly tags: Tags;
  /** Refuses deletion: its addresses are in firewalls. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/**
 * Two fixed addresses for all devices of the world; each connection goes to the nearest region that
 * is healthy. Exists once. Regions add their endpoint groups themselves.
 */
export class GlobalAccelerator extends pulumi.ComponentResource {
  readonly listenerArn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** Of `dnsName`, for alias records. */
  readonly zoneId: pulumi.Output<string>;

  constructor(name: string, args: GlobalAcceleratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:entrance:GlobalAccelerator", name, {}, opts);
    const protect = args.deletionProtection ?? true;

    const accelerator = new aws.globalaccelerator.Accelerator(
      `${name}-accelerator`,
      {
        // Not dual-stack: that would lose the devices' addresses on the way to pods.
        ipAddressType: "IPV4",
        enabled: true,
        ...(args.flowLogs && {
          attributes: {
            flowLogsEnabled: true,
            flowLogsS3Bucket: args.flowLogs.bucket,
            flowLogsS3Prefix: args.flowLogs.prefix,
          },
        }),
        tags: args.tags,
      },
      { parent: this, protect },
    );
    const listener = new aws.globalaccelerator.Listener(
      `${name}-devices`,
      {
        acceleratorArn: accelerator.arn,
        protocol: "TCP",
        portRanges: [{ fromPort: devicePort, toPort: devicePort }],
        // A device's session is not bound to one server, so nothing is gained by returning there.
        clientAffinity: "NONE",
      },
      { parent: this, protect },
    );

    this.listenerArn = listener.arn;
    this.dnsName = accelerator.dnsName;
    this.zoneId = accelerator.hostedZoneId;
    this.registerOutputs({ listenerArn: this.listenerArn, dnsName: this.dnsName });
  }
}
