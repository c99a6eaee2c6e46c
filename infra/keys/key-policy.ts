import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../identity/policy-document.ts";
import type { AwsRegion } from "../regions.ts";

/**
 * Leaves it to IAM policies who may use a key. Without this statement nobody could change the key
 * again. In a key policy `*` as a resource means this one key; AWS takes nothing else.
 */
export const accountOwnsKey = (accountId: pulumi.Input<string>): Statement => ({
  Sid: "AccountOwnsKey",
  Effect: "Allow",
  Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
  Action: "kms:*",
  Resource: "*",
});

/** CloudWatch Logs uses keys as itself, not as the caller: IAM cannot permit it, only the key can. */
export const logsMayUse = (accountId: pulumi.Input<string>, awsRegion: AwsRegion): Statement => ({
  Sid: "LogsMayUse",
  Effect: "Allow",
  Principal: { Service: `logs.${awsRegion}.amazonaws.com` },
  Action: [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
  ],
  Resource: "*",
  Condition: {
    ArnLike: {
      "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:aws:logs:${awsRegion}:${accountId}:log-group:*`,
    },
  },
});
