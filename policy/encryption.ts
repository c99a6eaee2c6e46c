import { isSet, listOf, type Properties, type ResourceRule, type StackRule } from "./rule.ts";

type Check = (properties: Properties) => string[];
const unless = (good: boolean, violation: string) => (good ? [] : [violation]);

/** What each type that holds data has to say about its encryption. */
const checks: Readonly<Record<string, Check>> = {
  "aws:dynamodb/table:Table": (table) => [
    ...unless(
      table["serverSideEncryption"]?.enabled === true &&
        isSet(table["serverSideEncryption"], "kmsKeyArn"),
      "the table is not encrypted with a key of ours; set serverSideEncryption with kmsKeyArn",
    ),
    ...listOf<Properties>(table["replicas"]).flatMap((replica) =>
      unless(
        isSet(replica, "kmsKeyArn"),
        `the replica in ${replica["regionName"]} is not encrypted with a key of ours; set its kmsKeyArn`,
      ),
    ),
  ],
  "aws:cloudwatch/logGroup:LogGroup": (group) =>
    unless(isSet(group, "kmsKeyId"), "the log group is not encrypted; set kmsKeyId"),
  "aws:ecr/repository:Repository": (repository) => [
    ...unless(
      listOf<Properties>(repository["encryptionConfigurations"]).some(
        (configuration) => configuration["encryptionType"] === "KMS",
      ),
      "the repository is not encrypted with KMS; set encryptionConfigurations",
    ),
    ...unless(
      repository["imageTagMutability"] === "IMMUTABLE",
      "tags of the repository can be moved; set imageTagMutability to IMMUTABLE",
    ),
  ],
  "aws:eks/cluster:Cluster": (cluster) =>
    unless(
      listOf<string>(cluster["encryptionConfig"]?.resources).includes("secrets"),
      "the cluster's secrets are not encrypted; set encryptionConfig for secrets",
    ),
  "aws:ebs/volume:Volume": (volume) =>
    unless(volume["encrypted"] === true, "the volume is not encrypted; set encrypted"),
  "aws:kms/key:Key": (key) =>
    unless(key["enableKeyRotation"] === true, "the key never changes; set enableKeyRotation"),
  "kubernetes:storage.k8s.io/v1:StorageClass": (storageClass) =>
    unless(
      storageClass["parameters"]?.encrypted === "true",
      'volumes of the class are not encrypted; set the parameter encrypted to "true"',
    ),
};

export const encryptedAtRest: ResourceRule = {
  name: "encrypted-at-rest",
  description: "Whatever holds data encrypts it, with keys of ours that rotate.",
  violationsOf: (type, properties) => checks[type]?.(properties) ?? [],
};

const bucketType = "aws:s3/bucket:Bucket";
const bucketEncryptionType =
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

/** A bucket's encryption is a resource of its own. */
export const encryptedBuckets: StackRule = {
  name: "buckets-encrypted",
  description: "Each bucket has an encryption configuration with KMS.",
  violationsOfStack(resources) {
    const encrypted = resources
      .filter(({ type, properties }) => type === bucketEncryptionType && usesKms(properties))
      .flatMap((configuration) => configuration.dependenciesOf("bucket"));
    return resources
      .filter(({ type, urn }) => type === bucketType && !encrypted.includes(urn))
      .map(({ urn, name }) => ({
        urn,
        message: `the bucket ${name} has no BucketServerSideEncryptionConfiguration with aws:kms`,
      }));
  },
};

const usesKms = (properties: Properties) =>
  listOf<Properties>(properties["rules"]).some((rule) =>
    rule["applyServerSideEncryptionByDefault"]?.sseAlgorithm?.startsWith("aws:kms"),
  );
