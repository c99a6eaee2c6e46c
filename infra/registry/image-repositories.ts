import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../regions.ts";
import type { Tags } from "../tags.ts";

const family = "mqtt-sentinel";

export interface ImageRepositoriesArgs {
  /** Where images are pushed to. */
  readonly homeRegion: AwsRegion;
  /** Where they are copied to, so that nodes pull from nearby and from an account of ours alone. */
  readonly copyRegions: readonly AwsRegion[];
  /** Such as `auth`. One image each. */
  readonly processes: readonly string[];
  readonly accountId: pulumi.Input<string>;
  readonly tags: Tags;
}

/**
 * A repository per process and region. Those of other regions are made here as well: ECR would
 * make a missing one at the first copy, with tags that can be moved and nothing scanned.
 *
 * The rule for the copies is the account's only one in the home region: it takes the place of any
 * that was there.
 */
export class ImageRepositories extends pulumi.ComponentResource {
  constructor(name: string, args: ImageRepositoriesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:registry:ImageRepositories", name, {}, opts);
    const { homeRegion, copyRegions, processes } = args;
    if (copyRegions.includes(homeRegion)) {
      throw new pulumi.ResourceError(
        `copyRegions must not contain the home region, got ${homeRegion}`,
        this,
        true,
      );
    }

    const repositories = [homeRegion, ...copyRegions].flatMap((region) =>
      processes.map((process) =>
        this.repository(`${name}-${region}-${process}`, {
          region,
          name: `${family}/${process}`,
          tags: args.tags,
        }),
      ),
    );
    if (copyRegions.length > 0) this.replicate(name, args, repositories);
    this.registerOutputs({});
  }

  private repository(name: string, args: { region: AwsRegion; name: string; tags: Tags }) {
    const { region } = args;
    const repository = new aws.ecr.Repository(
      name,
      {
        ...args,
        // What a tag names must not change under a deployment.
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        // Each region's own key of AWS's: images hold no secret, and a copy needs no key policy.
        encryptionConfigurations: [{ encryptionType: "KMS" }],
        forceDelete: false,
      },
      { parent: this },
    );
    new aws.ecr.LifecyclePolicy(
      name,
      { region, repository: repository.name, policy: lifecycle },
      { parent: this },
    );
    return repository;
  }

  private replicate(
    name: string,
    args: ImageRepositoriesArgs,
    repositories: readonly pulumi.Resource[],
  ) {
    new aws.ecr.ReplicationConfiguration(
      `${name}-copies`,
      {
        region: args.homeRegion,
        replicationConfiguration: {
          rules: [
            {
              destinations: args.copyRegions.map((region) => ({
                region,
                registryId: args.accountId,
              })),
              repositoryFilters: [{ filter: `${family}/`, filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      },
      { parent: this, dependsOn: [...repositories] },
    );
  }
}

/** A tagged image may be running somewhere, or be what one goes back to: it stays. */
const lifecycle = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: "what no tag names",
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 30,
      },
      action: { type: "expire" },
    },
  ],
});

/** Host and path before an image's name, as a region's nodes pull it. */
export const imageRegistry = (accountId: string, awsRegion: AwsRegion): string =>
  `${accountId}.dkr.ecr.${awsRegion}.amazonaws.com/${family}`;
