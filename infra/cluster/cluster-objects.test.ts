import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { MetricsServer } from "./metrics-server.ts";
import { NodePools } from "./node-pools.ts";
import { placementOn } from "./placement.ts";
import { EncryptedStorage } from "./storage-class.ts";

const volumesKeyArn = "arn:aws:kms:us-east-1:123456789012:key/volumes";

async function pools() {
  const engine = await fakeEngine();
  new NodePools("us-east", {
    instanceTypes: { core: "m7g.xlarge", edge: "r7g.2xlarge", apps: "m7g.large" },
    nodeRoleName: "node-role",
    subnetIds: ["subnet-0", "subnet-1", "subnet-2"],
    securityGroupId: "sg-cluster",
    volumesKeyArn,
  });
  await allRegistered();
  const spec = (pool: string) => engine.named(`us-east-${pool}`).inputs.spec;
  return { engine, spec };
}

it("takes each pool's nodes from the instance type of the plan, on demand, for 21 days at most", async () => {
  const { spec } = await pools();
  for (const [pool, type] of [
    ["core", "m7g.xlarge"],
    ["edge", "r7g.2xlarge"],
    ["apps", "m7g.large"],
  ] as const) {
    expect(spec(pool).template.spec.requirements).toEqual([
      { key: "node.kubernetes.io/instance-type", operator: "In", values: [type] },
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
    ]);
    expect(spec(pool).template.spec.expireAfter).toBe("504h");
    // Otherwise a pod that wants to stay would keep its node from ever being renewed.
    expect(spec(pool).template.spec.terminationGracePeriod).toBe("24h");
    expect(spec(pool).disruption.budgets).toEqual([{ nodes: "1" }]);
  }
});

it("gives up core and edge nodes only when empty, and packs apps", async () => {
  const { spec } = await pools();
  const policy = (pool: string) => spec(pool).disruption.consolidationPolicy;
  expect(["core", "edge", "apps"].map(policy)).toEqual([
    "WhenEmpty",
    "WhenEmpty",
    "WhenEmptyOrUnderutilized",
  ]);
});

it("reserves core and edge nodes, and lets a pod placed there in", async () => {
  const { spec } = await pools();
  expect(spec("apps").template.spec.taints).toEqual([]);
  expect(placementOn("apps")).toEqual({
    nodeSelector: { "sentinel/nodes": "apps" },
    tolerations: [],
  });
  for (const pool of ["core", "edge"] as const) {
    const [taint] = spec(pool).template.spec.taints;
    expect(taint).toEqual({ key: "sentinel/nodes", value: pool, effect: "NoSchedule" });
    const { nodeSelector, tolerations } = placementOn(pool);
    expect(spec(pool).template.metadata.labels).toEqual(nodeSelector);
    expect(tolerations).toEqual([{ ...taint, operator: "Equal" }]);
  }
});

it("puts nodes into the three private subnets, with encrypted disks", async () => {
  const { engine } = await pools();
  expect(engine.named("us-east-class").inputs).toMatchObject({
    apiVersion: "eks.amazonaws.com/v1",
    kind: "NodeClass",
    spec: {
      role: "node-role",
      subnetSelectorTerms: [{ id: "subnet-0" }, { id: "subnet-1" }, { id: "subnet-2" }],
      securityGroupSelectorTerms: [{ id: "sg-cluster" }],
      ephemeralStorage: { kmsKeyID: volumesKeyArn },
    },
  });
});

it("offers encrypted volumes that outlive their claim and can grow", async () => {
  const engine = await fakeEngine();
  new EncryptedStorage("storage", {
    volumesKeyArn,
    coreDisk: { iops: 6_000, mebibytesPerSecond: 150 },
  });
  await allRegistered();
  const common = { type: "gp3", encrypted: "true", kmsKeyId: volumesKeyArn };
  const classes = [
    ["storage-gp3", common],
    ["storage-core", { ...common, iops: "6000", throughput: "150" }],
  ] as const;
  for (const [name, parameters] of classes) {
    const { inputs } = engine.named(name);
    expect(inputs).toMatchObject({
      provisioner: "ebs.csi.eks.amazonaws.com",
      reclaimPolicy: "Retain",
      allowVolumeExpansion: true,
      volumeBindingMode: "WaitForFirstConsumer",
    });
    expect(inputs.parameters).toEqual(parameters);
  }
});

it("gives a class another name when it is to be faster: none can be changed, nor made anew in its place", async () => {
  const engine = await fakeEngine();
  const nameFor = async (iops: number) => {
    const name = `storage-${iops}`;
    new EncryptedStorage(name, { volumesKeyArn, coreDisk: { iops, mebibytesPerSecond: 150 } });
    await allRegistered();
    return engine.named(`${name}-core`).inputs.metadata.name;
  };
  expect(await nameFor(6_000)).not.toBe(await nameFor(9_000));
});

it("adds the metrics server to the cluster", async () => {
  const engine = await fakeEngine();
  new MetricsServer("metrics", { clusterName: "mqtt-sentinel-us-east", tags: {} });
  await allRegistered();
  expect(engine.only("aws:eks/addon:Addon").inputs).toMatchObject({
    clusterName: "mqtt-sentinel-us-east",
    addonName: "metrics-server",
  });
});
