import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createS3Client } from "../app/audit/archive/s3-archive.ts";
import { archiveBucket, awsRegion } from "./endpoints.ts";

/** A client of an emulator. */
export const archiveClient = (endpoint: string): S3Client =>
  createS3Client({ region: awsRegion, endpoint, attemptMs: 5_000, attempts: 3 });

/** Makes the bucket that Pulumi makes in the cloud: what is put into it is locked. */
export async function ensureArchiveBucket(endpoint: string): Promise<void> {
  const client = archiveClient(endpoint);
  const bucket = { Bucket: archiveBucket };
  try {
    await client.send(new CreateBucketCommand({ ...bucket, ObjectLockEnabledForBucket: true }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
  await client.send(
    new PutObjectLockConfigurationCommand({
      ...bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 400 } },
      },
    }),
  );
  client.destroy();
}
