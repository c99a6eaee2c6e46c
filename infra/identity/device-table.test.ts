import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import type { AwsRegion } from "../regions.ts";
import { changePolicy, copyArn, DeviceTable, readPolicy } from "./device-table.ts";

const keyArns = new Map<AwsRegion, string>([
  ["us-east-1", "key-us"],
  ["eu-west-1", "key-eu"],
  ["ap-south-1", "key-ap"],
]);

async function registered(delta: { deletionProtection?: boolean } = {}) {
  const engine = await fakeEngine();
  new DeviceTable("registry", { homeRegion: "us-east-1", keyArns, tags: {}, ...delta });
  await allRegistered();
  return engine.only("aws:dynamodb/table:Table").inputs;
}

it("is the table that auth expects, encrypted with our key, with backups and a stream", async () => {
  expect(await registered()).toMatchObject({
    name: "sentinel-devices",
    region: "us-east-1",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "clientId",
    attributes: [{ name: "clientId", type: "S" }],
    serverSideEncryption: { enabled: true, kmsKeyArn: "key-us" },
    pointInTimeRecovery: { enabled: true },
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
  });
});

it("has a copy in each other region, with that region's key and backups of its own", async () => {
  const copy = { pointInTimeRecovery: true, propagateTags: true, deletionProtectionEnabled: true };
  expect((await registered()).replicas).toEqual([
    { regionName: "eu-west-1", kmsKeyArn: "key-eu", ...copy },
    { regionName: "ap-south-1", kmsKeyArn: "key-ap", ...copy },
  ]);
});

it("cannot be deleted by mistake, unless that is asked for, nor can its copies", async () => {
  expect((await registered()).deletionProtectionEnabled).toBe(true);
  const open = await registered({ deletionProtection: false });
  expect(open.deletionProtectionEnabled).toBe(false);
  for (const copy of open.replicas) expect(copy.deletionProtectionEnabled).toBe(false);
});

it("refuses to be made without a key at home", async () => {
  await fakeEngine();
  const args = { homeRegion: "us-east-1" as const, keyArns: new Map(), tags: {} };
  expect(() => new DeviceTable("registry", args)).toThrow(/home region us-east-1/);
  await allRegistered();
});

it("finds a copy by its region", () => {
  const home = "arn:aws:dynamodb:us-east-1:123456789012:table/sentinel-devices";
  expect(copyArn(home, "ap-south-1")).toBe(
    "arn:aws:dynamodb:ap-south-1:123456789012:table/sentinel-devices",
  );
  expect(copyArn(home, "us-east-1")).toBe(home);
});

it("lets a reader read this copy and decrypt it through DynamoDB, nothing else", () => {
  expect(readPolicy({ awsRegion: "eu-west-1", tableArn: "copy", keyArn: "key-eu" })).toEqual([
    {
      Sid: "ReadDevices",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"],
      Resource: "copy",
    },
    {
      Sid: "DecryptDevices",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: "key-eu",
      Condition: { StringEquals: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" } },
    },
  ]);
});

it("lets the API look up, list, count and change devices at home, and nothing that is done to a table", () => {
  const home = { awsRegion: "us-east-1", tableArn: "table", keyArn: "key-us" } as const;
  const [change, , decrypt, ...more] = changePolicy(home);
  expect(more).toEqual([]);
  expect(change).toMatchObject({
    Effect: "Allow",
    Action: [
      ...["GetItem", "BatchGetItem", "Scan", "DescribeTable", "PutItem", "UpdateItem"],
      "DeleteItem",
    ].map((action) => `dynamodb:${action}`),
    Resource: "table",
  });
  expect(decrypt).toMatchObject({
    Action: "kms:Decrypt",
    Resource: "key-us",
    Condition: { StringEquals: { "kms:ViaService": "dynamodb.us-east-1.amazonaws.com" } },
  });
});

it("lets nobody who changes devices write whose signatures count, one by one or in a batch", () => {
  const home = { awsRegion: "us-east-1", tableArn: "table", keyArn: "key-us" } as const;
  const statements = changePolicy(home);
  const denied = statements.filter(({ Effect }) => Effect === "Deny");
  expect(denied).toEqual([
    expect.objectContaining({
      Resource: "table",
      Condition: {
        "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": "sentinel:publisher-keys" },
      },
    }),
  ]);
  const writes = /(Put|Update|Delete|Write|PartiQL(?!Select))/;
  const allowed = statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action as string | string[])
    .filter((action) => writes.test(action));
  expect(denied[0]?.Action).toEqual(
    expect.arrayContaining([...allowed, "dynamodb:BatchWriteItem"]),
  );
  expect(allowed).toHaveLength(3);
  const reads = readPolicy(home).flatMap(({ Action }) => Action as string | string[]);
  expect(reads.filter((action) => writes.test(action))).toEqual([]);
});
