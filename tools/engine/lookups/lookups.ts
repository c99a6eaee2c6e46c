import type { Cloud } from "../cloud.ts";
import { accountId } from "../packages/cloud-package.ts";
import type { Properties } from "../property-values.ts";
import { managedPrefixList, routeTable, routeTables, vpc } from "./network.ts";
import { policyDocument } from "./policy-document.ts";

type Lookup = (cloud: Cloud, inputs: Properties, region: string) => Properties;

function availabilityZones(inputs: Properties, region: string): Properties {
  return {
    ...inputs,
    id: region,
    region,
    names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
    zoneIds: [1, 2, 3].map((zone) => `${region}-az${zone}`),
    groupNames: [region],
  };
}

const lookups: Readonly<Record<string, Lookup>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: accountId,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/stand-in`,
    userId: "AIDASTANDIN",
  }),
  "aws:index/getRegion:getRegion": (_, __, region) => ({
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_, inputs, region) =>
    availabilityZones(inputs, region),
  "aws:iam/getPolicyDocument:getPolicyDocument": (_, inputs) => policyDocument(inputs),
  "aws:ec2/getVpc:getVpc": vpc,
  "aws:ec2/getRouteTable:getRouteTable": routeTable,
  "aws:ec2/getRouteTables:getRouteTables": routeTables,
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (_, inputs, region) =>
    managedPrefixList(inputs, region),
};

/**
 * Answers a lookup from what the stacks made in the same cloud.
 * @throws Error for one that the stand-in does not know.
 */
export function answer(
  cloud: Cloud,
  token: string,
  inputs: Properties,
  region: string,
): Properties {
  const lookup = lookups[token];
  if (!lookup)
    throw new Error(`the stand-in has no answer to ${token}; add it to tools/engine/lookups/`);
  return lookup(cloud, inputs, region);
}
