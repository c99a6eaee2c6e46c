import type { AwsRegion } from "../regions.ts";
import { familyOf, type InstanceFamily, type InstanceType } from "./instance-types.ts";

/** Shown beside every estimate. */
export const priceNote =
  "on-demand list prices in USD without tax and discounts, gathered on 2026-11-24 (infra/capacity/prices.ts names the sources, and the prices that none confirms)";

/**
 * Unit prices of one region, in USD.
 *
 * Sources. Virtual processors: us-east-1 from Karpenter's generated price file of 2026-01-19
 * (aws/karpenter-provider-aws, zz_generated.pricing_aws.go), the other two from the catalogue that
 * SkyPilot draws from the AWS price list (skypilot-catalog, catalogs/v8/aws/vms.csv, commit
 * 00148f2a), which agrees with the first in us-east-1. Control plane and Auto Mode fee ("about 12 %"):
 * factualminds.com, June 2026, and cloudburn.io, March 2026. Accelerator: aws.amazon.com/global-accelerator/pricing.
 * DynamoDB requests in us-east-1: airbyte.com, July 2025. Load balancer, NAT, endpoints, transfer and gp3
 * in us-east-1: awsnegotiations.com, leanopstech.com (April 2026), cloudcostdown.eu, saisci.com. NAT in
 * eu-west-1 and ap-south-1, load balancer hour in ap-south-1, public addresses: public cost scripts on GitHub.
 *
 * NOT CONFIRMED by a page that could be read; check them on the AWS pricing pages before a budget
 * rests on them: gp3's operations and throughput, logs and DynamoDB storage everywhere; in eu-west-1 gp3, load balancer hour, DynamoDB,
 * endpoints; in ap-south-1 gp3, internet and inter-region transfer, DynamoDB, endpoints, accelerator transfer.
 * They are 12 % of the estimate of all three regions, a quarter of that of ap-south.
 */
export interface RegionPrices {
  /** One virtual processor for an hour; the sizes of a family are multiples of it. */
  readonly processorHour: Readonly<Record<InstanceFamily, number>>;
  readonly controlPlaneHour: number;
  /** gp3 as it is, and what each operation a second and each MiB/s costs that is not included. */
  readonly volumeGiBMonth: number;
  readonly volumeIopsMonth: number;
  readonly volumeMiBPerSecondMonth: number;
  readonly loadBalancerHour: number;
  /** NLCU: the most of 100,000 flows, 800 new flows a second, 1 GB an hour. */
  readonly loadBalancerUnitHour: number;
  readonly natHour: number;
  readonly natGB: number;
  readonly endpointHour: number;
  readonly publicAddressHour: number;
  /** The first 10 TB of a month. */
  readonly internetGB: number;
  /** Between an edge location and the region on the same continent. */
  readonly acceleratorGB: number;
  readonly toOtherRegionGB: number;
  /** Both directions together. */
  readonly betweenZonesGB: number;
  readonly tableMillionReads: number;
  readonly tableMillionWrites: number;
  readonly tableGBMonth: number;
  readonly logGB: number;
}

/** Charged by EKS Auto Mode on top of the instance, as a part of its on-demand price. */
export const autoModeShare = 0.12;
/** The accelerator itself, which exists once. */
export const acceleratorHour = 0.025;

const everywhere = {
  controlPlaneHour: 0.1,
  loadBalancerUnitHour: 0.006,
  publicAddressHour: 0.005,
  betweenZonesGB: 0.02,
};

/**
 * Amazon S3 at home, where every region archives its audit. Not confirmed either. `warm` for the first
 * days of an object, `cold` (Glacier Instant Retrieval) afterwards.
 */
export const archivePrices = {
  warmGBMonth: 0.023,
  coldGBMonth: 0.004,
  thousandPuts: 0.005,
  thousandMoves: 0.02,
} as const;

export const prices: Readonly<Record<AwsRegion, RegionPrices>> = {
  "us-east-1": {
    ...everywhere,
    processorHour: { m8g: 0.04488, r8g: 0.05891 },
    volumeGiBMonth: 0.08,
    volumeIopsMonth: 0.005,
    volumeMiBPerSecondMonth: 0.04,
    loadBalancerHour: 0.0225,
    natHour: 0.045,
    natGB: 0.045,
    endpointHour: 0.01,
    internetGB: 0.09,
    acceleratorGB: 0.015,
    toOtherRegionGB: 0.02,
    tableMillionReads: 0.125,
    tableMillionWrites: 0.625,
    tableGBMonth: 0.25,
    logGB: 0.5,
  },
  "eu-west-1": {
    ...everywhere,
    processorHour: { m8g: 0.05002, r8g: 0.06592 },
    volumeGiBMonth: 0.088,
    volumeIopsMonth: 0.0055,
    volumeMiBPerSecondMonth: 0.044,
    loadBalancerHour: 0.0252,
    natHour: 0.048,
    natGB: 0.048,
    endpointHour: 0.011,
    internetGB: 0.09,
    acceleratorGB: 0.015,
    toOtherRegionGB: 0.02,
    tableMillionReads: 0.1415,
    tableMillionWrites: 0.7068,
    tableGBMonth: 0.283,
    logGB: 0.57,
  },
  "ap-south-1": {
    ...everywhere,
    processorHour: { m8g: 0.03208, r8g: 0.04129 },
    volumeGiBMonth: 0.0912,
    volumeIopsMonth: 0.0057,
    volumeMiBPerSecondMonth: 0.0456,
    loadBalancerHour: 0.0239,
    natHour: 0.056,
    natGB: 0.056,
    endpointHour: 0.013,
    internetGB: 0.1093,
    acceleratorGB: 0.01,
    toOtherRegionGB: 0.086,
    tableMillionReads: 0.1423,
    tableMillionWrites: 0.7115,
    tableGBMonth: 0.285,
    logGB: 0.67,
  },
};

export const hourlyPrice = (region: AwsRegion, type: InstanceType) =>
  prices[region].processorHour[familyOf(type)] * type.vcpus;
