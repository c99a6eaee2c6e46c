import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../identity/policy-document.ts";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import { accountOwnsKey } from "./key-policy.ts";

export interface EncryptionKeyArgs {
  readonly awsRegion: AwsRegion;
  readonly accountId: pulumi.Input<string>;
  /** What is encrypted with it, for a person who meets the key in the console. */
  readonly description: string;
  /** Who may use it besides those whom IAM lets. Defaults to nobody. */
  readonly alsoAllows?: readonly Statement[];
  readonly tags: Tags;
  /** Refuses deletion. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/** A symmetric key that AWS renews every year. What it encrypted is lost with it. */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:keys:EncryptionKey", name, {}, opts);

    const key = new aws.kms.Key(
      `${name}-key`,
      {
        region: args.awsRegion,
        description: args.description,
        enableKeyRotation: true,
        // The longest that AWS offers to think again.
        deletionWindowInDays: 30,
        policy: policyDocument([accountOwnsKey(args.accountId), ...(args.alsoAllows ?? [])]),
        tags: { ...args.tags, Name: name },
      },
      { parent: this, protect: args.deletionProtection ?? true },
    );

    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
