import { describe, expect, it } from "vitest";
import { encryptedAtRest, encryptedBuckets } from "./encryption.ts";
import { stackOf } from "./stack.fixture.ts";

const table = {
  serverSideEncryption: { enabled: true, kmsKeyArn: "key" },
  replicas: [{ regionName: "eu-west-1", kmsKeyArn: "key" }],
};
const repository = {
  encryptionConfigurations: [{ encryptionType: "KMS" }],
  imageTagMutability: "IMMUTABLE",
};

/** Each type with what passes and what breaks the policy. */
const cases: [type: string, good: object, bad: object, violation: RegExp][] = [
  ["aws:dynamodb/table:Table", table, {}, /table is not encrypted/],
  [
    "aws:dynamodb/table:Table",
    table,
    { ...table, serverSideEncryption: { enabled: true } },
    /of ours/,
  ],
  [
    "aws:dynamodb/table:Table",
    table,
    { ...table, replicas: [{ regionName: "x" }] },
    /replica in x/,
  ],
  ["aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: "key" }, {}, /log group is not encrypted/],
  [
    "aws:ecr/repository:Repository",
    repository,
    { imageTagMutability: "IMMUTABLE" },
    /not encrypted/,
  ],
  [
    "aws:ecr/repository:Repository",
    repository,
    { ...repository, imageTagMutability: "MUTABLE" },
    /tags/,
  ],
  ["aws:eks/cluster:Cluster", { encryptionConfig: { resources: ["secrets"] } }, {}, /secrets/],
  ["aws:ebs/volume:Volume", { encrypted: true }, {}, /volume is not encrypted/],
  ["aws:kms/key:Key", { enableKeyRotation: true }, {}, /never changes/],
  [
    "kubernetes:storage.k8s.io/v1:StorageClass",
    { parameters: { encrypted: "true" } },
    { parameters: { type: "gp3" } },
    /class are not encrypted/,
  ],
];

describe("what holds data", () => {
  it.each(cases)("%s passes when it is encrypted", (type, good) => {
    expect(encryptedAtRest.violationsOf(type, good)).toEqual([]);
  });

  it.each(cases)("%s breaks the policy when it is not", (type, _good, bad, violation) => {
    const violations = encryptedAtRest.violationsOf(type, bad);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(violation);
  });

  it("is judged by a key that a preview does not know yet", () => {
    const unknownKey = new Proxy(
      { kmsKeyId: "unknown" },
      {
        get() {
          throw new Error("can't be known during preview");
        },
      },
    );
    expect(encryptedAtRest.violationsOf("aws:cloudwatch/logGroup:LogGroup", unknownKey)).toEqual(
      [],
    );
  });

  it("is nothing else", () => {
    expect(encryptedAtRest.violationsOf("aws:ec2/vpc:Vpc", {})).toEqual([]);
  });
});

describe("a bucket", () => {
  const bucket = { type: "aws:s3/bucket:Bucket", name: "archive" };
  const encryption = (sseAlgorithm: string) => ({
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    name: "archive-encryption",
    properties: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] },
    dependencies: { bucket: ["archive"] },
  });

  it("passes when its encryption uses KMS", () => {
    const stack = stackOf([bucket, encryption("aws:kms")]);
    expect(encryptedBuckets.violationsOfStack(stack)).toEqual([]);
  });

  it("breaks the policy without encryption, with another's, or with S3's own key", () => {
    const others = { ...encryption("aws:kms"), dependencies: { bucket: ["other"] } };
    for (const rest of [[], [others], [encryption("AES256")]]) {
      const [violation] = encryptedBuckets.violationsOfStack(stackOf([bucket, ...rest]));
      expect(violation).toMatchObject({
        urn: "urn:archive",
        message: expect.stringContaining("the bucket archive"),
      });
    }
  });
});
