import type { AwsRegion } from "../regions.ts";

/**
 * Three availability zones of each region by their id. Names such as `us-east-1a` mean another
 * zone in each account, and one of N. Virginia's (use1-az3) has no EKS control plane.
 */
export const zoneIds: Readonly<Record<AwsRegion, readonly string[]>> = {
  "us-east-1": ["use1-az1", "use1-az2", "use1-az4"],
  "eu-west-1": ["euw1-az1", "euw1-az2", "euw1-az3"],
  "ap-south-1": ["aps1-az1", "aps1-az2", "aps1-az3"],
};
