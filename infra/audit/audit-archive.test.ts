import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { AuditArchive, type AuditArchiveArgs } from "./audit-archive.ts";

const keyArn = "arn:aws:kms:us-east-1:123456789012:key/audit";

async function registered(delta: Partial<AuditArchiveArgs> = {}) {
  const engine = await fakeEngine();
  new AuditArchive("audit", { keyArn, retentionDays: 400, tags: {}, ...delta });
  await allRegistered();
  const only = (name: string) => engine.only(`aws:s3/${name}`).inputs;
  return {
    bucket: only("bucket:Bucket"),
    lock: only("bucketObjectLockConfiguration:BucketObjectLockConfiguration"),
    versions: only("bucketVersioning:BucketVersioning"),
    lifecycle: only("bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
    closed: only("bucketPublicAccessBlock:BucketPublicAccessBlock"),
    encryption: only(
      "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    ),
    policy: JSON.parse(only("bucketPolicy:BucketPolicy").policy),
  };
}

it("locks every record for the time asked for, in a way that an administrator can correct", async () => {
  const { bucket, lock, versions } = await registered();
  expect(bucket).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
  expect(versions.versioningConfiguration).toEqual({ status: "Enabled" });
  expect(lock.rule.defaultRetention).toEqual({ mode: "GOVERNANCE", days: 400 });
});

it("locks for everybody when the law asks for it", async () => {
  const { lock } = await registered({ lock: "COMPLIANCE" });
  expect(lock.rule.defaultRetention.mode).toBe("COMPLIANCE");
});

it("moves old records to Glacier and removes them when their time is over, not before", async () => {
  const { lifecycle } = await registered();
  expect(lifecycle.rules).toMatchObject([
    {
      status: "Enabled",
      transitions: [{ days: 30, storageClass: "GLACIER_IR" }],
      expiration: { days: 400 },
    },
    { status: "Enabled", expiration: { expiredObjectDeleteMarker: true } },
  ]);
});

it("is closed to the public and encrypted with our key", async () => {
  const { closed, encryption } = await registered();
  expect(closed).toMatchObject({
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(encryption.rules).toMatchObject([
    { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn } },
  ]);
});

it("denies old TLS, other encryption and other keys, and opening the lock; it allows nothing", async () => {
  const { policy } = await registered();
  expect(new Set(policy.Statement.map((each: { Effect: string }) => each.Effect))).toEqual(
    new Set(["Deny"]),
  );
  const condition = (sid: string) =>
    policy.Statement.find((each: { Sid: string }) => each.Sid === sid)?.Condition;
  expect(condition("DenyWithoutTls")).toEqual({ Bool: { "aws:SecureTransport": "false" } });
  expect(condition("DenyOldTls")).toEqual({ NumericLessThan: { "s3:TlsVersion": "1.3" } });
  // Both: a missing header also differs, and must not be denied.
  expect(condition("DenyOtherEncryption")).toEqual({
    Null: { "s3:x-amz-server-side-encryption": "false" },
    StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
  });
  expect(condition("DenyOtherKey")).toEqual({
    Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
    StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn },
  });
  // A name that is taken must not be given to another version.
  expect(condition("DenyOverwriting")).toEqual({ Null: { "s3:if-none-match": "true" } });
  const actions = policy.Statement.map((each: { Action: string }) => each.Action);
  expect(actions).toContain("s3:BypassGovernanceRetention");
  expect(actions).toContain("s3:DeleteObject");
});

it("refuses to keep records for less time than they take to reach Glacier", async () => {
  await fakeEngine();
  expect(() => new AuditArchive("audit", { keyArn, retentionDays: 30, tags: {} })).toThrow(
    /retentionDays must be more than 30, got 30/,
  );
  await allRegistered();
});
