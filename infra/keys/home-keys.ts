import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import { EncryptionKey } from "./encryption-key.ts";

export interface HomeKeysArgs {
  readonly homeRegion: AwsRegion;
  /** Every region that holds the device table, the home region among them. */
  readonly tableRegions: readonly AwsRegion[];
  readonly accountId: pulumi.Input<string>;
  readonly tags: Tags;
  /** Refuses deletion. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/**
 * Keys of what exists once. The device table's are all made here, also those of other regions: a
 * copy of the table is created with its key, and giving it another one later recreates the copy.
 */
export class HomeKeys extends pulumi.ComponentResource {
  readonly deviceTableKeyArns: ReadonlyMap<AwsRegion, pulumi.Output<string>>;
  readonly auditKeyArn: pulumi.Output<string>;

  constructor(name: string, args: HomeKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:keys:HomeKeys", name, {}, opts);
    const key = (role: string, awsRegion: AwsRegion, description: string) =>
      new EncryptionKey(
        `${name}-${role}`,
        {
          awsRegion,
          description,
          accountId: args.accountId,
          tags: args.tags,
          ...(args.deletionProtection !== undefined && {
            deletionProtection: args.deletionProtection,
          }),
        },
        { parent: this },
      ).arn;

    this.deviceTableKeyArns = new Map(
      args.tableRegions.map((awsRegion) => [
        awsRegion,
        key(`devices-${awsRegion}`, awsRegion, "Device table of MQTT Sentinel"),
      ]),
    );
    this.auditKeyArn = key("audit", args.homeRegion, "Audit archive of MQTT Sentinel");
    this.registerOutputs({ auditKeyArn: this.auditKeyArn });
  }
}
