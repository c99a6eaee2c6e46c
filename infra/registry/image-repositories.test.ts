import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import {
  ImageRepositories,
  type ImageRepositoriesArgs,
  imageRegistry,
} from "./image-repositories.ts";

const args: ImageRepositoriesArgs = {
  homeRegion: "us-east-1",
  copyRegions: ["eu-west-1", "ap-south-1"],
  processes: ["auth", "bridge"],
  accountId: "123456789012",
  tags: {},
};
const replicationType = "aws:ecr/replicationConfiguration:ReplicationConfiguration";

async function registered(delta: Partial<ImageRepositoriesArgs> = {}) {
  const engine = await fakeEngine();
  new ImageRepositories("images", { ...args, ...delta });
  await allRegistered();
  return engine;
}

it("has a repository for each process in each region", async () => {
  const engine = await registered();
  const made = engine
    .of("aws:ecr/repository:Repository")
    .map(({ inputs }) => `${inputs.region} ${inputs.name}`);
  expect(made).toEqual([
    "us-east-1 mqtt-sentinel/auth",
    "us-east-1 mqtt-sentinel/bridge",
    "eu-west-1 mqtt-sentinel/auth",
    "eu-west-1 mqtt-sentinel/bridge",
    "ap-south-1 mqtt-sentinel/auth",
    "ap-south-1 mqtt-sentinel/bridge",
  ]);
});

it("scans images, encrypts them and lets no tag move, in every region", async () => {
  const engine = await registered();
  for (const { inputs } of engine.of("aws:ecr/repository:Repository")) {
    expect(inputs).toMatchObject({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
    });
  }
});

it("throws away only what no tag names", async () => {
  const engine = await registered();
  for (const { inputs } of engine.of("aws:ecr/lifecyclePolicy:LifecyclePolicy")) {
    const { rules } = JSON.parse(inputs.policy);
    expect(
      rules.map((rule: { selection: { tagStatus: string } }) => rule.selection.tagStatus),
    ).toEqual(["untagged"]);
  }
});

it("copies our images, and no others, to the other regions", async () => {
  const engine = await registered();
  expect(engine.only(replicationType).inputs).toEqual({
    region: "us-east-1",
    replicationConfiguration: {
      rules: [
        {
          destinations: [
            { region: "eu-west-1", registryId: "123456789012" },
            { region: "ap-south-1", registryId: "123456789012" },
          ],
          repositoryFilters: [{ filter: "mqtt-sentinel/", filterType: "PREFIX_MATCH" }],
        },
      ],
    },
  });
});

it("makes no rule for copies when there is nowhere to copy to", async () => {
  const engine = await registered({ copyRegions: [] });
  expect(engine.of(replicationType)).toEqual([]);
});

it("refuses to copy to where the images are", async () => {
  await fakeEngine();
  const wrong = { ...args, copyRegions: ["us-east-1" as const] };
  expect(() => new ImageRepositories("images", wrong)).toThrow(/must not contain the home region/);
  await allRegistered();
});

it("knows where a region's nodes pull from", () => {
  expect(imageRegistry("123456789012", "eu-west-1")).toBe(
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mqtt-sentinel",
  );
});
