import * as pulumi from "@pulumi/pulumi";
import type { RegionName } from "../../app/contract/regions.ts";
import type { Statement } from "../identity/policy-document.ts";
import type { AwsRegion } from "../regions.ts";

export interface ArchiveRightsArgs {
  /** Whose records: objects of other regions are out of reach. */
  readonly region: RegionName;
  readonly bucketName: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  /** Of the bucket and its key. */
  readonly awsRegion: AwsRegion;
}

/**
 * All that the archive process needs: to add objects, and to find and read the newest one, which says
 * where to go on. It can neither change nor delete any.
 */
export function archiveRights(args: ArchiveRightsArgs): readonly Statement[] {
  const { region, bucketName, keyArn, awsRegion } = args;
  const bucketArn = pulumi.interpolate`arn:aws:s3:::${bucketName}`;
  return [
    {
      Sid: "AddAndReadRecords",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject"],
      Resource: pulumi.interpolate`${bucketArn}/${region}/*`,
    },
    {
      Sid: "FindNewest",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: bucketArn,
      Condition: { StringLike: { "s3:prefix": `${region}/*` } },
    },
    {
      Sid: "UseKey",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey", "kms:Decrypt"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${awsRegion}.amazonaws.com` } },
    },
  ];
}
