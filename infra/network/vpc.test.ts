import { beforeAll, expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { type FakeEngine, fakeEngine } from "../../test/support/fake-engine.ts";
import { stackTags } from "../tags.ts";
import { RegionNetwork } from "./vpc.ts";

let engine: FakeEngine;
let made: RegionNetwork;

beforeAll(async () => {
  engine = await fakeEngine();
  made = new RegionNetwork("us-east", {
    awsRegion: "us-east-1",
    cidr: "10.10.0.0/16",
    accountId: "123456789012",
    logsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/logs",
    logRetentionDays: 90,
    tags: stackTags("us-east"),
  });
  await allRegistered();
});

it("spreads three kinds of subnets over three zones", () => {
  const subnets = engine.of("aws:ec2/subnet:Subnet").map(({ inputs }) => inputs);
  expect(subnets).toHaveLength(9);
  for (const tier of ["public", "private", "isolated"]) {
    const zones = subnets
      .filter((subnet) => subnet.tags["sentinel:tier"] === tier)
      .map((subnet) => subnet.availabilityZoneId);
    expect(zones).toEqual(["use1-az1", "use1-az2", "use1-az4"]);
  }
  expect(made.privateSubnetIds).toHaveLength(3);
  expect(made.privateRouteTableIds).toHaveLength(3);
});

it("gives no machine a public address by itself", () => {
  for (const { inputs } of engine.of("aws:ec2/subnet:Subnet")) {
    expect(inputs.mapPublicIpOnLaunch).toBe(false);
  }
});

it("tags subnets with the role that load balancers look for, isolated ones with none", () => {
  const tagsOf = (name: string) => engine.of("aws:ec2/subnet:Subnet").find((s) => s.name === name);
  expect(tagsOf("us-east-0-public")?.inputs.tags).toHaveProperty("kubernetes.io/role/elb", "1");
  expect(tagsOf("us-east-0-private")?.inputs.tags).toHaveProperty(
    "kubernetes.io/role/internal-elb",
    "1",
  );
  expect(Object.keys(tagsOf("us-east-0-isolated")?.inputs.tags).join()).not.toMatch("role");
});

it("lets each zone out by its own NAT gateway and the isolated subnets not at all", () => {
  const natRoutes = engine
    .of("aws:ec2/route:Route")
    .map(({ inputs }) => inputs)
    .filter((route) => route.natGatewayId);
  expect(natRoutes.map((route) => [route.routeTableId, route.natGatewayId])).toEqual(
    [0, 1, 2].map((zone) => [`us-east-${zone}-private-id`, `us-east-${zone}-nat-id`]),
  );
  const routed = engine.of("aws:ec2/route:Route").map(({ inputs }) => inputs.routeTableId);
  expect(routed.join()).not.toMatch("isolated");
});

it("leaves the default security group without rules", () => {
  const { inputs } = engine.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
  expect(inputs).toMatchObject({ ingress: [], egress: [] });
});

it("logs all traffic, encrypted, and keeps it for the time asked for", () => {
  expect(engine.only("aws:ec2/flowLog:FlowLog").inputs).toMatchObject({
    trafficType: "REJECT",
    logDestinationType: "cloud-watch-logs",
  });
  expect(engine.only("aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
    kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/logs",
    retentionInDays: 90,
  });
});

it("lets the flow log service of this account alone write, into its own group alone", () => {
  const trust = JSON.parse(engine.only("aws:iam/role:Role").inputs.assumeRolePolicy);
  expect(trust.Statement[0]).toMatchObject({
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
  });
  const policy = JSON.parse(engine.only("aws:iam/rolePolicy:RolePolicy").inputs.policy);
  expect(policy.Statement[0].Resource).toBe("arn:aws:mock:::us-east-flow-logs-group:*");
  for (const statement of policy.Statement) {
    expect(statement.Resource).not.toBe("*");
    expect([statement.Action].flat().join()).not.toMatch(/\*/);
  }
});

it("keeps AWS services inside the network, open to nobody else", () => {
  const endpoints = engine.of("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs);
  const gateways = endpoints.filter((each) => each.vpcEndpointType === "Gateway");
  expect(gateways.map((each) => each.serviceName)).toEqual([
    "com.amazonaws.us-east-1.dynamodb",
    "com.amazonaws.us-east-1.s3",
  ]);
  for (const gateway of gateways) expect(gateway.routeTableIds).toHaveLength(6);
  for (const service of ["ecr.api", "ecr.dkr", "sts", "eks-auth", "logs", "kms", "ec2"]) {
    const found = endpoints.find((each) => each.serviceName.endsWith(`us-east-1.${service}`));
    expect(found, service).toMatchObject({ privateDnsEnabled: true });
    expect(found.subnetIds).toHaveLength(3);
  }
  const rule = engine.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
  expect(rule).toMatchObject({ cidrIpv4: "10.10.0.0/16", fromPort: 443, toPort: 443 });
});

it("refuses a range that cannot hold three zones of pods", async () => {
  await fakeEngine();
  const args = {
    awsRegion: "us-east-1" as const,
    cidr: "10.10.0.0/20",
    accountId: "123456789012",
    logsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/logs",
    logRetentionDays: 90,
    tags: {},
  };
  expect(() => new RegionNetwork("small", args)).toThrow(/must be a \/16/);
  await allRegistered();
});
