import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  defaultDeviceTable,
  deviceTableKey,
  publisherKeysItem,
} from "../../app/contract/device.ts";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";
import type { Statement } from "./policy-document.ts";

export interface DeviceTableArgs {
  readonly homeRegion: AwsRegion;
  /** Key of each region that holds the table, the home region among them. */
  readonly keyArns: ReadonlyMap<AwsRegion, pulumi.Input<string>>;
  readonly tags: Tags;
  /** Refuses deletion, here and at AWS. Defaults to true. */
  readonly deletionProtection?: boolean;
}

/**
 * Which device may connect. Written at home, read in each region from its own copy, which is
 * seconds behind: strong consistency over these three regions does not exist in DynamoDB. A
 * revocation therefore also goes out over NATS.
 */
export class DeviceTable extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>;
  /** At home; `copyArn` gives those of the copies. */
  readonly tableArn: pulumi.Output<string>;

  constructor(name: string, args: DeviceTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:identity:DeviceTable", name, {}, opts);
    const protect = args.deletionProtection ?? true;
    const homeKeyArn = args.keyArns.get(args.homeRegion);
    if (homeKeyArn === undefined) {
      throw new pulumi.ResourceError(
        `keyArns must hold a key of the home region ${args.homeRegion}`,
        this,
        true,
      );
    }

    const table = new aws.dynamodb.Table(
      `${name}-devices`,
      {
        // A fixed name: every region's auth reads its copy under it.
        name: defaultDeviceTable,
        region: args.homeRegion,
        billingMode: "PAY_PER_REQUEST",
        hashKey: deviceTableKey,
        attributes: [{ name: deviceTableKey, type: "S" }],
        serverSideEncryption: { enabled: true, kmsKeyArn: homeKeyArn },
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: protect,
        // Copies are fed from the stream.
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        replicas: copiesOf(args),
        tags: args.tags,
      },
      { parent: this, protect },
    );

    this.tableName = table.name;
    this.tableArn = table.arn;
    this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn });
  }
}

const copiesOf = ({ homeRegion, keyArns, deletionProtection }: DeviceTableArgs) =>
  [...keyArns]
    .filter(([regionName]) => regionName !== homeRegion)
    .map(([regionName, kmsKeyArn]) => ({
      regionName,
      kmsKeyArn,
      pointInTimeRecovery: true,
      propagateTags: true,
      deletionProtectionEnabled: deletionProtection ?? true,
    }));

/** ARN of a region's copy: the same but for the region. */
export const copyArn = (tableArn: string, awsRegion: AwsRegion): string =>
  tableArn.replace(/^(arn:[^:]+:dynamodb):[^:]+:/, `$1:${awsRegion}:`);

export interface TableCopy {
  readonly awsRegion: AwsRegion;
  readonly tableArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** Through DynamoDB alone, when it opens the table for the caller. */
const decryptDevices = ({ awsRegion, keyArn }: TableCopy): Statement => ({
  Sid: "DecryptDevices",
  Effect: "Allow",
  Action: "kms:Decrypt",
  Resource: keyArn,
  Condition: { StringEquals: { "kms:ViaService": `dynamodb.${awsRegion}.amazonaws.com` } },
});

/** All that auth needs of the table: to look devices up, and to ask whether it is there. */
export const readPolicy = (copy: TableCopy): readonly Statement[] => [
  {
    Sid: "ReadDevices",
    Effect: "Allow",
    Action: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"],
    Resource: copy.tableArn,
  },
  decryptDevices(copy),
];

/**
 * Whoever may write devices could otherwise say whose signatures count, with no word of it in AUDIT. Who runs
 * `sentinel publishers keys` does so by rights of their own.
 */
const keepPublisherKeys = ({ tableArn }: TableCopy): Statement => ({
  Sid: "KeepPublisherKeys",
  Effect: "Deny",
  Action: [
    ...["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
    ...["PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"],
  ].map((action) => `dynamodb:${action}`),
  Resource: tableArn,
  Condition: { "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": publisherKeysItem } },
});

/** All that the API needs: to look devices up, one or many, to list and count them, and to change them one by one. */
export const changePolicy = (table: TableCopy): readonly Statement[] => [
  {
    Sid: "ChangeDevices",
    Effect: "Allow",
    Action: [
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:Scan",
      "dynamodb:DescribeTable",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ],
    Resource: table.tableArn,
  },
  keepPublisherKeys(table),
  // A key that is at work for the table needs no more of whoever writes to it.
  decryptDevices(table),
];
