import type { RegionName } from "../app/contract/regions.ts";

/** Where each of our regions is in AWS. */
export const awsRegions = {
  "us-east": "us-east-1",
  "eu-west": "eu-west-1",
  "ap-south": "ap-south-1",
} as const satisfies Record<RegionName, string>;

export type AwsRegion = (typeof awsRegions)[RegionName];

/** The private zone in which regions find each other; names can be computed, so no reference is circular. */
export const privateZone = "sentinel.internal";
export const leafHost = (region: RegionName) => `leaf.${region}.${privateZone}`;
