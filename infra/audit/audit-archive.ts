import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../identity/policy-document.ts";
import type { Tags } from "../tags.ts";
import { archiveWarmDays } from "./archive-days.ts";
import { archivePolicy } from "./archive-policy.ts";

export interface AuditArchiveArgs {
  readonly keyArn: pulumi.Input<string>;
  /** How long a record cannot be changed or deleted. Afterwards it is removed. */
  readonly retentionDays: number;
  /**
   * `COMPLIANCE`: nobody can delete a record before its time, not even the account's owner, and
   * so nobody can destroy the stack either; for when a law asks for it. `GOVERNANCE`, the default:
   * the same, until an administrator changes the bucket policy, which shows. A record that must go
   * by law, or a mistaken retention of years, can then be corrected.
   */
  readonly lock?: "GOVERNANCE" | "COMPLIANCE";
  readonly tags: Tags;
  /** Refuses deletion. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/** Where audit records outlive the clusters. Exists once. */
export class AuditArchive extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bucketArn: pulumi.Output<string>;

  constructor(name: string, args: AuditArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:audit:AuditArchive", name, {}, opts);
    if (args.retentionDays <= archiveWarmDays) {
      throw new pulumi.ResourceError(
        `retentionDays must be more than ${archiveWarmDays}, got ${args.retentionDays}`,
        this,
        true,
      );
    }

    const bucket = new aws.s3.Bucket(
      `${name}-archive`,
      { objectLockEnabled: true, forceDestroy: false, tags: args.tags },
      { parent: this, protect: args.deletionProtection ?? true },
    );
    this.closeOff(name, bucket, args);
    this.keep(name, bucket, args);

    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn });
  }

  /** Who gets at it, and how. */
  private closeOff(name: string, { bucket, arn }: aws.s3.Bucket, { keyArn }: AuditArchiveArgs) {
    const parent = { parent: this };
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-closed`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      parent,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-owner`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
            // One call to KMS for many objects.
            bucketKeyEnabled: true,
            blockedEncryptionTypes: ["SSE-C"],
          },
        ],
      },
      parent,
    );
    new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: policyDocument(archivePolicy({ bucketArn: arn, keyArn })) },
      // Amazon S3 refuses both at the same moment.
      { parent: this, dependsOn: [closed] },
    );
  }

  /** How long, and how. */
  private keep(name: string, { bucket }: aws.s3.Bucket, args: AuditArchiveArgs) {
    const versions = new aws.s3.BucketVersioning(
      `${name}-versions`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
    const after = { parent: this, dependsOn: [versions] };
    new aws.s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      {
        bucket,
        rule: {
          defaultRetention: { mode: args.lock ?? "GOVERNANCE", days: args.retentionDays },
        },
      },
      after,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        bucket,
        rules: lifecycleRules(args.retentionDays),
      },
      after,
    );
  }
}

const lifecycleRules = (days: number) => [
  {
    id: "age",
    status: "Enabled",
    filter: {},
    transitions: [{ days: archiveWarmDays, storageClass: "GLACIER_IR" }],
    expiration: { days },
    // A deleted record is only hidden; it really goes when its lock has run out.
    noncurrentVersionExpiration: { noncurrentDays: 1 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  },
  {
    id: "leftovers",
    status: "Enabled",
    filter: {},
    expiration: { expiredObjectDeleteMarker: true },
  },
];
