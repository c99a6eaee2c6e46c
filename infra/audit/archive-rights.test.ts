import { expect, it } from "vitest";
import { settled } from "../../test/support/fake-engine.ts";
import { policyDocument } from "../identity/policy-document.ts";
import { archiveRights } from "./archive-rights.ts";

it("lets a region's archive add, find and read its own objects, and nothing else", async () => {
  const rights = archiveRights({
    region: "eu-west",
    bucketName: "audit-archive-1a2b",
    keyArn: "arn:aws:kms:us-east-1:123456789012:key/audit",
    awsRegion: "us-east-1",
  });
  const { Statement } = JSON.parse(await settled(policyDocument(rights)));

  expect(Statement.flatMap((each: { Action: string | string[] }) => each.Action)).toEqual([
    ...["s3:PutObject", "s3:GetObject", "s3:ListBucket", "kms:GenerateDataKey", "kms:Decrypt"],
  ]);
  const [objects, list, key] = Statement;
  expect(objects.Resource).toBe("arn:aws:s3:::audit-archive-1a2b/eu-west/*");
  expect(list).toMatchObject({
    Resource: "arn:aws:s3:::audit-archive-1a2b",
    Condition: { StringLike: { "s3:prefix": "eu-west/*" } },
  });
  expect(key.Condition).toEqual({
    StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" },
  });
});
