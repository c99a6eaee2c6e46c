import { expect, it } from "vitest";
import { openCloud } from "./cloud.ts";
import { type Properties, secret, unknown } from "./property-values.ts";
import { StandIn } from "./provider.ts";
import { openSdk } from "./sdk/sdk.ts";

const sdk = openSdk();
const vpcType = "aws:ec2/vpc:Vpc";
const mapType = "kubernetes:core/v1:ConfigMap";
const urnOf = (type: string, name: string, stack = "us-east") =>
  `urn:pulumi:${stack}::mqtt-sentinel::sentinel:network:Vpc$${type}::${name}`;

function standIn(cloud = openCloud(), region = "us-east-1") {
  const provider = new StandIn(cloud, sdk);
  provider.configure("aws", { region });
  return provider;
}
const named = (provider: StandIn, type: string, inputs: Properties, before?: Properties) =>
  provider.check({ urn: urnOf(type, "it"), inputs, before, seed: "seed" }).inputs;

it("leaves outputs unknown in a preview and knows them afterwards", async () => {
  const provider = standIn();
  const preview = await provider.create(urnOf(vpcType, "v"), { cidrBlock: "10.0.0.0/16" }, true);
  expect(preview.properties).toMatchObject({ arn: unknown, region: "us-east-1" });
  const made = await provider.create(urnOf(vpcType, "v"), { cidrBlock: "10.0.0.0/16" }, false);
  expect(made.id).toMatch(/^vpc-[0-9a-f]{17}$/);
  expect(made.properties["arn"]).toBe(`arn:aws:ec2:us-east-1:123456789012:vpc/${made.id}`);
});

it("makes a resource where its own region says, else where the provider's does", async () => {
  const cloud = openCloud();
  const provider = standIn(cloud, "ap-south-1");
  await provider.create(urnOf(vpcType, "a", "ap-south"), {}, false);
  await provider.create(urnOf(vpcType, "b", "ap-south"), { region: "eu-west-1" }, false);
  expect(cloud.find(vpcType).map(({ region }) => region)).toEqual(["ap-south-1", "eu-west-1"]);
});

it("says so when no region is known", async () => {
  const provider = new StandIn(openCloud(), sdk);
  await expect(provider.create(urnOf(vpcType, "v"), {}, false)).rejects.toThrow("aws:region");
});

it("refuses two default regions in one run", () => {
  expect(() => standIn().configure("aws", { region: "eu-west-1" })).toThrow("`region`");
});

it("finds another stack's VPC by its tags, in the region that is asked for", async () => {
  const cloud = openCloud();
  const tags = { "sentinel:stack": "us-east" };
  const inputs = { cidrBlock: "10.10.0.0/16", tags };
  const { id } = await standIn(cloud).create(urnOf(vpcType, "v"), inputs, false);
  const elsewhere = standIn(cloud, "eu-west-1");
  const token = "aws:ec2/getVpc:getVpc";
  expect(elsewhere.lookUp(token, { tags, region: "us-east-1" })).toMatchObject({
    id,
    cidrBlock: "10.10.0.0/16",
  });
  expect(() => elsewhere.lookUp(token, { tags })).toThrow("no matching EC2 VPC found");
});

it("finds the route tables of a VPC", async () => {
  const cloud = openCloud();
  const provider = standIn(cloud);
  const table = "aws:ec2/routeTable:RouteTable";
  const inputs = { vpcId: "vpc-1", tags: { tier: "private" } };
  const { id } = await provider.create(urnOf(table, "p"), inputs, false);
  await provider.create(urnOf(table, "q"), { vpcId: "vpc-1", tags: { tier: "public" } }, false);
  const found = provider.lookUp("aws:ec2/getRouteTables:getRouteTables", {
    vpcId: "vpc-1",
    filters: [{ name: "tag:tier", values: ["private"] }],
  });
  expect(found["ids"]).toEqual([id]);
  const token = "aws:ec2/getRouteTable:getRouteTable";
  expect(provider.lookUp(token, { tags: { tier: "private" } })["routeTableId"]).toBe(id);
  expect(() => provider.lookUp(token, { vpcId: "vpc-1" })).toThrow("multiple EC2 Route Tables");
});

it("refuses a lookup that it has no answer to", () => {
  expect(() => standIn().lookUp("aws:ec2/getAmi:getAmi", {})).toThrow("aws:ec2/getAmi:getAmi");
});

it("generates a name once and keeps it", () => {
  const provider = standIn();
  const role = "aws:iam/role:Role";
  const first = named(provider, role, { assumeRolePolicy: "{}" });
  expect(first["name"]).toMatch(/^it-[0-9a-f]{7}$/);
  const renamed = provider.check({
    urn: urnOf(role, "it"),
    inputs: { assumeRolePolicy: "{}" },
    before: first,
    seed: "another",
  });
  expect(renamed.inputs["name"]).toBe(first["name"]);
  expect(named(provider, role, { name: "given" })["name"]).toBe("given");
});

it("refuses a name that AWS would find too long", () => {
  const { failures } = standIn().check({
    urn: urnOf("aws:lb/targetGroup:TargetGroup", "a-name-of-twenty-eight-chars"),
    inputs: {},
    before: undefined,
    seed: "seed",
  });
  expect(failures).toMatchObject([{ property: "name", reason: /longer than 32 characters/ }]);
});

it("refuses an AWS type that nobody described", () => {
  const { failures } = standIn().check({
    urn: urnOf("aws:ec2/instance:Instance", "i"),
    inputs: {},
    before: undefined,
    seed: "seed",
  });
  expect(failures).toMatchObject([{ reason: /does not know aws:ec2\/instance:Instance/ }]);
});

it("replaces for what cannot change in place, and only for that", () => {
  const provider = standIn();
  const difference = (type: string, before: Properties, after: Properties) =>
    provider.difference(urnOf(type, "it"), before, after).replacing;
  expect(difference(vpcType, { cidrBlock: "a" }, { cidrBlock: "b" })).toEqual(["cidrBlock"]);
  expect(difference(vpcType, { tags: { a: "1" } }, { tags: { a: "2" } })).toEqual([]);
  const balancer = "aws:lb/loadBalancer:LoadBalancer";
  expect(difference(balancer, { subnets: ["a"] }, { subnets: ["a", "b"] })).toEqual([]);
  expect(difference(balancer, { subnets: ["a", "b"] }, { subnets: ["a"] })).toEqual(["subnets[1]"]);
});

it("deletes first when the successor has the same fixed name", () => {
  const provider = standIn();
  const role = urnOf("aws:iam/role:Role", "it");
  const made = { name: "it-1234567", __defaults: ["name"] };
  const different = (name: Properties) =>
    provider.difference(role, { ...name, path: "/" }, { ...name, path: "/b/" });
  expect(different({ name: "fixed" })).toMatchObject({ replacing: ["path"], deletesFirst: true });
  expect(different(made)).toMatchObject({ replacing: ["path"], deletesFirst: false });
});

it("replaces a ConfigMap for its content unless the provider may change it", () => {
  const provider = standIn();
  const change = () =>
    provider.difference(
      urnOf(mapType, "it"),
      { metadata: { name: "it" }, data: { a: "1" } },
      { metadata: { name: "it" }, data: { a: "2" } },
    );
  expect(change()).toMatchObject({ replacing: ["data.a"], deletesFirst: true });
  provider.configure("kubernetes", { enableConfigMapMutable: "true" });
  expect(change()).toMatchObject({ replacing: [], changes: [{ path: "data.a" }] });
});

it("has one cluster per stack, in which names are unique and namespaces must exist", async () => {
  const cloud = openCloud();
  const provider = standIn(cloud);
  const make = (stack: string, type = mapType, namespace?: string) =>
    provider.create(
      urnOf(type, "it", stack),
      { metadata: { name: "it", ...(namespace && { namespace }) } },
      false,
    );
  expect((await make("us-east")).id).toBe("default/it");
  await expect(make("us-east")).rejects.toThrow("default/it already exists");
  await make("eu-west");
  await expect(make("us-east", mapType, "it")).rejects.toThrow('namespaces "it" not found');
  expect((await make("us-east", "kubernetes:core/v1:Namespace")).id).toBe("it");
  expect((await make("us-east", mapType, "it")).id).toBe("it/it");
});

it("lets no two stacks of the account have a role of the same name", async () => {
  const provider = standIn();
  const role = "aws:iam/role:Role";
  await provider.create(urnOf(role, "a", "us-east"), { name: "node" }, false);
  const again = provider.create(urnOf(role, "a", "eu-west"), { name: "node" }, false);
  await expect(again).rejects.toThrow("already exists (made by stack us-east)");
});

it("keeps outputs over an update, and secrets secret over update and refresh", async () => {
  const provider = standIn();
  const urn = urnOf("kubernetes:core/v1:Secret", "it");
  const inputs = { metadata: { name: "it" }, stringData: secret({ key: "hush" }) };
  const made = { ...(await provider.create(urn, inputs, false)), urn };
  const changed = { ...inputs, type: "Opaque" };
  const properties = provider.update(made, changed, false);
  expect(properties).toMatchObject({ stringData: inputs.stringData, type: "Opaque" });
  expect(properties["metadata"]).toEqual(made.properties["metadata"]);
  expect(provider.read({ ...made, inputs: changed, properties })?.inputs).toEqual(changed);
});

it("reads nothing where the resource is gone", async () => {
  const provider = standIn();
  const urn = urnOf(vpcType, "v");
  const made = { ...(await provider.create(urn, {}, false)), urn };
  provider.remove(urn, made.id);
  expect(provider.read(made)).toBeUndefined();
});

it("deletes no balancer that AWS itself protects, until it is not", async () => {
  const provider = standIn();
  const urn = urnOf("aws:lb/loadBalancer:LoadBalancer", "b");
  const inputs = { name: "b", enableDeletionProtection: true };
  const made = { ...(await provider.create(urn, inputs, false)), urn };
  expect(() => provider.remove(urn, made.id)).toThrow("enableDeletionProtection is true");
  provider.update(made, { ...inputs, enableDeletionProtection: false }, false);
  provider.remove(urn, made.id);
  expect(provider.read(made)).toBeUndefined();
});

it("refuses a smaller volume, as Kubernetes does", async () => {
  const provider = standIn();
  const claim = "kubernetes:core/v1:PersistentVolumeClaim";
  const sized = (storage: string) => ({
    metadata: { name: "data", namespace: "default" },
    spec: { resources: { requests: { storage } } },
  });
  const urn = urnOf(claim, "data");
  const live = { urn, ...(await provider.create(urn, sized("20Gi"), false)) };
  provider.update(live, sized("1Ti"), false);
  expect(() => provider.update(live, sized("100Gi"), false)).toThrow("can not be less than");
});
