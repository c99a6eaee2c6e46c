import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { kubernetesVersion } from "../versions.ts";
import { RegionCluster, type RegionClusterArgs } from "./cluster.ts";

const args: RegionClusterArgs = {
  awsRegion: "eu-west-1",
  clusterName: "mqtt-sentinel-eu-west",
  subnetIds: ["subnet-0", "subnet-1", "subnet-2"],
  secretsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/secrets",
  volumesKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/volumes",
  logsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/logs",
  logRetentionDays: 90,
  publicAccess: [],
  operators: [],
  tags: { "sentinel:stack": "eu-west" },
};

async function registered(delta: Partial<RegionClusterArgs> = {}) {
  const engine = await fakeEngine();
  new RegionCluster("eu-west", { ...args, ...delta });
  await allRegistered();
  return { engine, cluster: engine.only("aws:eks/cluster:Cluster").inputs };
}

it("runs in Auto Mode with no pools but ours", async () => {
  const { cluster } = await registered();
  expect(cluster).toMatchObject({
    name: "mqtt-sentinel-eu-west",
    version: kubernetesVersion,
    computeConfig: { enabled: true },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    storageConfig: { blockStorage: { enabled: true } },
    bootstrapSelfManagedAddons: false,
  });
  // AWS refuses a node role without built-in pools.
  expect(cluster.computeConfig).not.toHaveProperty("nodeRoleArn");
});

it("encrypts Secrets and keeps all control plane logs, encrypted, for the time asked for", async () => {
  const { engine, cluster } = await registered();
  expect(cluster.encryptionConfig).toEqual({
    provider: { keyArn: args.secretsKeyArn },
    resources: ["secrets"],
  });
  expect(cluster.enabledClusterLogTypes).toHaveLength(5);
  expect(engine.only("aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
    name: "/aws/eks/mqtt-sentinel-eu-west/cluster",
    kmsKeyId: args.logsKeyArn,
    retentionInDays: 90,
  });
});

it("lets a runner's network reach the API, and the role that previews look at everything", async () => {
  const viewer = "arn:aws:iam::123456789012:role/preview";
  const { engine } = await registered({ privateAccess: ["10.50.0.0/24"], viewers: [viewer] });
  const rule = engine.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
  expect(rule).toMatchObject({ cidrIpv4: "10.50.0.0/24", fromPort: 443, toPort: 443 });
  const granted = engine.of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
  const policies = granted
    .filter(({ inputs }) => inputs.principalArn === viewer)
    .map(({ inputs }) => inputs.policyArn);
  expect(policies).toEqual(["arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"]);
});

it("is reached from the VPC alone unless ranges are named", async () => {
  const { cluster } = await registered();
  expect(cluster.vpcConfig).toEqual({
    subnetIds: args.subnetIds,
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
  });
});

it("is reached from the ranges that are named", async () => {
  const { cluster } = await registered({ publicAccess: ["203.0.113.0/24"] });
  expect(cluster.vpcConfig).toMatchObject({
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    publicAccessCidrs: ["203.0.113.0/24"],
  });
});

it("refuses to open the API server to the whole internet", async () => {
  await fakeEngine();
  expect(() => new RegionCluster("eu-west", { ...args, publicAccess: ["0.0.0.0/0"] })).toThrow(
    /publicAccess must not hold 0\.0\.0\.0\/0/,
  );
  await allRegistered();
});

it("knows access entries only: its nodes', and one for each operator", async () => {
  const { engine, cluster } = await registered({
    operators: ["arn:aws:iam::123456789012:role/platform"],
  });
  expect(cluster.accessConfig.authenticationMode).toBe("API");
  const entries = engine.of("aws:eks/accessEntry:AccessEntry").map(({ inputs }) => inputs);
  // The order of registration is the engine's affair.
  expect(entries.map((entry) => `${entry.type} ${entry.principalArn}`).sort()).toEqual([
    "EC2 arn:aws:mock:::eu-west-roles-node",
    "STANDARD arn:aws:iam::123456789012:role/platform",
  ]);
  const type = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
  const granted = engine.of(type).map(({ inputs }) => [inputs.principalArn, inputs.policyArn]);
  expect(new Map(granted as [string, string][])).toEqual(
    new Map([
      [
        "arn:aws:mock:::eu-west-roles-node",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy",
      ],
      [
        "arn:aws:iam::123456789012:role/platform",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      ],
    ]),
  );
});

it("names no operator when none is given", async () => {
  const { engine } = await registered();
  expect(engine.only("aws:eks/accessEntry:AccessEntry").inputs.type).toBe("EC2");
});

it("gives nodes AWS's minimal rights and nothing more", async () => {
  const { engine } = await registered();
  const attached = engine
    .of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter(({ inputs }) => inputs.role === "eu-west-roles-node")
    .map(({ inputs }) => inputs.policyArn);
  expect(attached).toEqual([
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
  ]);
});

it("lets the control plane use our two keys, each for its own purpose, without a wildcard", async () => {
  const { engine } = await registered();
  const { inputs } = engine.only("aws:iam/rolePolicy:RolePolicy");
  expect(inputs.role).toBe("eu-west-roles-cluster");
  const { Statement } = JSON.parse(inputs.policy);
  for (const statement of Statement) {
    expect([args.secretsKeyArn, args.volumesKeyArn]).toContain(statement.Resource);
    expect(statement.Action.join()).not.toMatch(/\*/);
  }
  const grants = Statement.find((each: { Sid: string }) => each.Sid === "AttachVolumes");
  expect(grants.Condition).toEqual({ Bool: { "kms:GrantIsForAWSResource": "true" } });
});

it("cannot be deleted by mistake, unless that is asked for", async () => {
  expect((await registered()).cluster.deletionProtection).toBe(true);
  expect((await registered({ deletionProtection: false })).cluster.deletionProtection).toBe(false);
});
