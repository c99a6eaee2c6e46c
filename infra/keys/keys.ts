import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import { EncryptionKey, type EncryptionKeyArgs } from "./encryption-key.ts";
import { logsMayUse } from "./key-policy.ts";

export interface RegionKeysArgs {
  readonly awsRegion: AwsRegion;
  readonly accountId: pulumi.Input<string>;
  readonly tags: Tags;
  /** Refuses deletion. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/**
 * A region's own keys, one for each kind of data: each kind has other users (the control plane,
 * EBS, CloudWatch Logs), so that a right to one opens nothing else, and CloudTrail tells which was
 * used. Not multi-region: nothing that they encrypt is read in another region.
 */
export class RegionKeys extends pulumi.ComponentResource {
  /** Kubernetes Secrets, inside the cluster's database. */
  readonly secretsKeyArn: pulumi.Output<string>;
  /** Volumes of nodes and of pods. */
  readonly volumesKeyArn: pulumi.Output<string>;
  /** Log groups. */
  readonly logsKeyArn: pulumi.Output<string>;

  constructor(name: string, args: RegionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:keys:RegionKeys", name, {}, opts);
    const key = (role: string, more: Pick<EncryptionKeyArgs, "description" | "alsoAllows">) =>
      new EncryptionKey(`${name}-${role}`, { ...args, ...more }, { parent: this }).arn;

    this.secretsKeyArn = key("secrets", { description: "Kubernetes Secrets of MQTT Sentinel" });
    this.volumesKeyArn = key("volumes", {
      description: "Volumes of MQTT Sentinel: stored messages and nodes",
    });
    this.logsKeyArn = key("logs", {
      description: "Log groups of MQTT Sentinel",
      alsoAllows: [logsMayUse(args.accountId, args.awsRegion)],
    });
    this.registerOutputs({
      secretsKeyArn: this.secretsKeyArn,
      volumesKeyArn: this.volumesKeyArn,
      logsKeyArn: this.logsKeyArn,
    });
  }
}
