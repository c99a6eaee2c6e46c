import { type AwsKind, type AwsKinds, arnIn, byInput, joined, text } from "./aws-kind.ts";

/** S3 keeps a bucket's settings in resources of their own, each known by the bucket's name. */
const bucketSetting: AwsKind = {
  id: byInput("bucket"),
  replaced: ["bucket", "expectedBucketOwner"],
};

/** Tables, buckets, secrets, logs and alarms. */
export const storage: AwsKinds = {
  "aws:dynamodb/table:Table": {
    id: byInput("name"),
    arn: arnIn("dynamodb", "table/"),
    autoname: "name",
    nameLimit: 255,
    uniqueIn: "region",
    replaced: ["name", "hashKey", "rangeKey", "localSecondaryIndexes"],
    filledIn: ["readCapacity", "writeCapacity"],
    outputs: (creation, id) => ({
      streamArn: `${arnIn("dynamodb", "table/")(creation, id)}/stream/2026-01-01T00:00:00.000`,
      streamLabel: "2026-01-01T00:00:00.000",
    }),
  },
  "aws:dynamodb/resourcePolicy:ResourcePolicy": {
    id: byInput("resourceArn"),
    replaced: ["resourceArn"],
  },
  "aws:s3/bucket:Bucket": {
    id: byInput("bucket"),
    arn: (_, id) => `arn:aws:s3:::${id}`,
    autoname: "bucket",
    nameLimit: 63,
    uniqueIn: "account",
    replaced: ["bucket", "bucketPrefix", "objectLockEnabled"],
    outputs: ({ region }, id) => ({
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
      bucketRegion: region,
    }),
  },
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketSetting,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting,
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting,
  "aws:s3/bucketLogging:BucketLogging": bucketSetting,
  "aws:secretsmanager/secret:Secret": {
    id: (creation) =>
      arnIn("secretsmanager", "secret:")(creation, `${text(creation, "name")}-${creation.hex(6)}`),
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 512,
    replaced: ["name", "namePrefix"],
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    id: (creation) => `${text(creation, "secretId")}|${creation.hex(32)}`,
    replaced: ["secretId", "secretString", "secretBinary"],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    id: byInput("name"),
    arn: arnIn("logs", "log-group:"),
    autoname: "name",
    nameLimit: 512,
    uniqueIn: "region",
    replaced: ["name", "namePrefix", "logGroupClass"],
    filledIn: ["logGroupClass"],
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    id: byInput("name"),
    arn: arnIn("cloudwatch", "alarm:"),
    autoname: "name",
    nameLimit: 255,
    uniqueIn: "region",
    replaced: ["name"],
  },
  "aws:cloudwatch/eventRule:EventRule": {
    id: byInput("name"),
    arn: arnIn("events", "rule/"),
    autoname: "name",
    nameLimit: 64,
    uniqueIn: "region",
    replaced: ["name", "namePrefix", "eventBusName"],
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    id: joined("-", "rule", "targetId"),
    replaced: ["rule", "targetId", "eventBusName"],
    filledIn: ["targetId"],
  },
  "aws:sns/topic:Topic": {
    id: (creation) => arnIn("sns", "")(creation, text(creation, "name")),
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 256,
    uniqueIn: "region",
    replaced: ["name", "namePrefix", "fifoTopic"],
  },
  "aws:sns/topicPolicy:TopicPolicy": { id: byInput("arn"), replaced: ["arn"] },
  "aws:sns/topicSubscription:TopicSubscription": {
    id: (creation) => `${text(creation, "topic")}:${creation.hex(32)}`,
    arn: (_, id) => id,
    replaced: ["topic", "protocol", "endpoint"],
  },
  "aws:sqs/queue:Queue": {
    id: ({ region, inputs }) =>
      `https://sqs.${region}.amazonaws.com/123456789012/${inputs["name"]}`,
    arn: (creation) => arnIn("sqs", "")(creation, text(creation, "name")),
    autoname: "name",
    nameLimit: 80,
    uniqueIn: "region",
    replaced: ["name", "namePrefix", "fifoQueue"],
    outputs: (_, id) => ({ url: id }),
  },
  "aws:sqs/queuePolicy:QueuePolicy": { id: byInput("queueUrl"), replaced: ["queueUrl"] },
};
