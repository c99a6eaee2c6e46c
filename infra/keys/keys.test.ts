import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { HomeKeys } from "./home-keys.ts";
import { RegionKeys } from "./keys.ts";

const accountId = "123456789012";
const keyType = "aws:kms/key:Key";

it("gives each kind of data of a region a key of its own, renewed every year", async () => {
  const engine = await fakeEngine();
  new RegionKeys("eu-west", { awsRegion: "eu-west-1", accountId, tags: {} });
  await allRegistered();

  const keys = engine.of(keyType);
  expect(keys.map((key) => key.name)).toEqual([
    "eu-west-secrets-key",
    "eu-west-volumes-key",
    "eu-west-logs-key",
  ]);
  for (const { inputs } of keys) {
    expect(inputs).toMatchObject({ region: "eu-west-1", enableKeyRotation: true });
  }
});

it("lets CloudWatch Logs use the key of the logs, for this account's groups, and no other", async () => {
  const engine = await fakeEngine();
  new RegionKeys("eu-west", { awsRegion: "eu-west-1", accountId, tags: {} });
  await allRegistered();

  const policyOf = (name: string) => JSON.parse(engine.named(name).inputs.policy).Statement;
  const [owner, logs, ...others] = policyOf("eu-west-logs-key");
  expect(owner.Principal).toEqual({ AWS: `arn:aws:iam::${accountId}:root` });
  expect(others).toEqual([]);
  expect(logs).toMatchObject({
    Principal: { Service: "logs.eu-west-1.amazonaws.com" },
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${accountId}:log-group:*`,
      },
    },
  });
  expect(logs.Action.join()).not.toMatch(/\*/);
  expect(policyOf("eu-west-volumes-key")).toHaveLength(1);
  expect(policyOf("eu-west-secrets-key")).toHaveLength(1);
});

it("makes the device table's keys where its copies are, and one for the audit at home", async () => {
  const engine = await fakeEngine();
  const keys = new HomeKeys("home", {
    homeRegion: "us-east-1",
    tableRegions: ["us-east-1", "eu-west-1", "ap-south-1"],
    accountId,
    tags: {},
  });
  await allRegistered();

  expect(engine.of(keyType).map(({ name, inputs }) => [name, inputs.region])).toEqual([
    ["home-devices-us-east-1-key", "us-east-1"],
    ["home-devices-eu-west-1-key", "eu-west-1"],
    ["home-devices-ap-south-1-key", "ap-south-1"],
    ["home-audit-key", "us-east-1"],
  ]);
  expect([...keys.deviceTableKeyArns.keys()]).toEqual(["us-east-1", "eu-west-1", "ap-south-1"]);
});
