import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../identity/policy-document.ts";

export interface ArchivePolicyArgs {
  readonly bucketArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/**
 * What nobody may do to the archive, whatever their own rights are. `*` is right in a denial, and
 * Amazon S3 wants the bucket and its objects named apart.
 */
export function archivePolicy({ bucketArn, keyArn }: ArchivePolicyArgs): readonly Statement[] {
  const objects = pulumi.interpolate`${bucketArn}/*`;
  const deny = { Effect: "Deny", Principal: "*" } as const;
  const put = { ...deny, Action: "s3:PutObject", Resource: objects };
  const everything = { ...deny, Action: "s3:*", Resource: [bucketArn, objects] };
  return [
    {
      ...everything,
      Sid: "DenyWithoutTls",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      ...everything,
      Sid: "DenyOldTls",
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.3" } },
    },
    { ...put, Sid: "DenyOtherEncryption", Condition: givenAsOtherThan(algorithmHeader, "aws:kms") },
    { ...put, Sid: "DenyOtherKey", Condition: givenAsOtherThan(keyHeader, keyArn) },
    // In governance mode a right can open the lock: nobody has it before this statement is removed,
    // and that is seen in the audit trail of AWS.
    { ...deny, Sid: "DenyOpeningLock", Action: "s3:BypassGovernanceRetention", Resource: objects },
    // A lock keeps what is there, and would let it be hidden behind a newer version or a marker.
    { ...put, Sid: "DenyOverwriting", Condition: { Null: { "s3:if-none-match": "true" } } },
    { ...deny, Sid: "DenyHiding", Action: "s3:DeleteObject", Resource: objects },
  ];
}

const algorithmHeader = "s3:x-amz-server-side-encryption";
const keyHeader = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/** A write that says nothing gets the bucket's default, which is right; without `Null` it would match. */
const givenAsOtherThan = (header: string, right: pulumi.Input<string>) => ({
  Null: { [header]: "false" },
  StringNotEquals: { [header]: right },
});
