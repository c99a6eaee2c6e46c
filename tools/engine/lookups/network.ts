import { createHash } from "node:crypto";
import type { Cloud, CloudResource } from "../cloud.ts";
import type { Properties, Value } from "../property-values.ts";

const tagsOf = (properties: Properties) => (properties["tags"] ?? {}) as Record<string, string>;

function hasTags(resource: CloudResource, wanted: Record<string, string>): boolean {
  const tags = tagsOf(resource.properties);
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}

/** Filters that can be answered from what the stand-in keeps. */
const filterable: Readonly<Record<string, string>> = {
  "vpc-id": "vpcId",
  cidr: "cidrBlock",
  "cidr-block": "cidrBlock",
};

function passes(resource: CloudResource, inputs: Properties): boolean {
  const filters = (inputs["filters"] ?? []) as readonly Properties[];
  return filters.every((filter) => {
    const name = String(filter["name"]);
    const values = filter["values"] as readonly string[];
    if (name.startsWith("tag:")) {
      return values.includes(tagsOf(resource.properties)[name.slice("tag:".length)] ?? "");
    }
    const property = filterable[name];
    if (!property) throw new Error(`the stand-in does not know the filter "${name}"`);
    return values.includes(String(resource.properties[property]));
  });
}

function matching(cloud: Cloud, type: string, inputs: Properties, region: string) {
  const wanted = (inputs["tags"] ?? {}) as Record<string, string>;
  return cloud
    .find(type)
    .filter((each) => each.region === region)
    .filter((each) => hasTags(each, wanted) && passes(each, inputs));
}

/** @throws Error unless exactly one fits, in the words of the AWS provider. */
function theOnly(found: readonly CloudResource[], what: string, inputs: Properties): Properties {
  const [only] = found;
  if (!only || found.length > 1) {
    const how = found.length > 1 ? `multiple ${what}s matched` : `no matching ${what} found`;
    throw new Error(`${how} for ${JSON.stringify(inputs)}`);
  }
  const { id, region, properties } = only;
  return { ...properties, tags: tagsOf(properties), id, region };
}

const fits = (wanted: Value | undefined, value: Value | undefined) =>
  wanted === undefined || wanted === value;

export function vpc(cloud: Cloud, inputs: Properties, region: string): Properties {
  const found = matching(cloud, "aws:ec2/vpc:Vpc", inputs, region).filter(
    ({ id, properties }) =>
      fits(inputs["id"], id) && fits(inputs["cidrBlock"], properties["cidrBlock"]),
  );
  return theOnly(found, "EC2 VPC", { ...inputs, region });
}

const tablesOf = (cloud: Cloud, inputs: Properties, region: string) =>
  matching(cloud, "aws:ec2/routeTable:RouteTable", inputs, region).filter(({ properties }) =>
    fits(inputs["vpcId"], properties["vpcId"]),
  );

export function routeTable(cloud: Cloud, inputs: Properties, region: string): Properties {
  const { routeTableId } = inputs;
  const found = tablesOf(cloud, inputs, region).filter(({ id }) => fits(routeTableId, id));
  const only = theOnly(found, "EC2 Route Table", { ...inputs, region });
  return { ...only, routeTableId: only["id"] ?? "", routes: [], associations: [] };
}

export function routeTables(cloud: Cloud, inputs: Properties, region: string): Properties {
  const ids = tablesOf(cloud, inputs, region).map(({ id }) => id);
  return { ...inputs, id: region, ids, region };
}

/** Lists that AWS keeps are named `com.amazonaws.…`; their entries are not known here. */
export function managedPrefixList(inputs: Properties, region: string): Properties {
  const name = String(inputs["name"]);
  if (!name.startsWith("com.amazonaws.")) {
    throw new Error(`no managed prefix list is called "${name}" in ${region}`);
  }
  const id = `pl-${createHash("sha256").update(`${name} ${region}`).digest("hex").slice(0, 8)}`;
  const arn = `arn:aws:ec2:${region}:aws:prefix-list/${id}`;
  return { ...inputs, id, name, arn, addressFamily: "IPv4", ownerId: "AWS", entries: [], region };
}
