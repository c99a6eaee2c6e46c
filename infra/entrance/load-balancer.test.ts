import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { PassthroughLoadBalancer, type PassthroughLoadBalancerArgs } from "./load-balancer.ts";

const devices: PassthroughLoadBalancerArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-0", "subnet-1", "subnet-2"],
  exposure: "public",
  port: 8883,
  targetPort: 8883,
  admits: ["0.0.0.0/0"],
  preserveClientIp: true,
  crossZone: false,
  clusterName: "mqtt-sentinel-us-east",
  podSecurityGroupId: "sg-pods",
  tags: { "sentinel:stack": "us-east" },
};
const leaf: PassthroughLoadBalancerArgs = {
  ...devices,
  exposure: "internal",
  port: 7422,
  targetPort: 7422,
  admits: ["10.20.0.0/16", "10.30.0.0/16"],
  preserveClientIp: false,
  crossZone: true,
};

async function registered(args: PassthroughLoadBalancerArgs) {
  const engine = await fakeEngine();
  new PassthroughLoadBalancer("entrance", args);
  await allRegistered();
  const inputs = (type: string) => engine.of(type).map((each) => each.inputs);
  return {
    ingress: inputs("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    egress: inputs("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    balancer: engine.only("aws:lb/loadBalancer:LoadBalancer").inputs,
    targets: engine.only("aws:lb/targetGroup:TargetGroup").inputs,
    listener: engine.only("aws:lb/listener:Listener").inputs,
  };
}

it("passes TCP through to pods and lets idle connections live longer than the accelerator does", async () => {
  const { listener, targets, balancer } = await registered(devices);
  expect(listener).toMatchObject({
    port: 8883,
    protocol: "TCP",
    tcpIdleTimeoutSeconds: 350,
    defaultActions: [{ type: "forward", targetGroupArn: "arn:aws:mock:::entrance-targets" }],
  });
  expect(listener).not.toHaveProperty("certificateArn");
  expect(targets).toMatchObject({
    targetType: "ip",
    protocol: "TCP",
    port: 8883,
    preserveClientIp: "true",
    healthCheck: { protocol: "TCP", port: "traffic-port" },
  });
  expect(balancer).toMatchObject({ loadBalancerType: "network", ipAddressType: "ipv4" });
});

it("has a security group from the start: the port in, the pods' port out, and nothing else", async () => {
  const { balancer, ingress, egress } = await registered(devices);
  expect(balancer.securityGroups).toEqual(["entrance-entrance-id"]);
  const own = ingress.filter((rule) => rule.securityGroupId === "entrance-entrance-id");
  expect(own).toMatchObject([{ cidrIpv4: "0.0.0.0/0", fromPort: 8883, toPort: 8883 }]);
  expect(egress).toMatchObject([
    { referencedSecurityGroupId: "sg-pods", fromPort: 8883, toPort: 8883 },
  ]);
  expect(egress[0]).not.toHaveProperty("cidrIpv4");
});

it("opens the pods for this load balancer only", async () => {
  const { ingress } = await registered(devices);
  const pods = ingress.filter((rule) => rule.securityGroupId === "sg-pods");
  expect(pods).toMatchObject([
    { referencedSecurityGroupId: "entrance-entrance-id", fromPort: 8883, toPort: 8883 },
  ]);
  expect(pods[0]).not.toHaveProperty("cidrIpv4");
});

it("admits the peers' ranges alone to an internal one", async () => {
  const { ingress, balancer, targets } = await registered(leaf);
  const ranges = ingress.map((rule) => rule.cidrIpv4).filter(Boolean);
  expect(ranges).toEqual(["10.20.0.0/16", "10.30.0.0/16"]);
  expect(balancer).toMatchObject({ internal: true, enableCrossZoneLoadBalancing: true });
  expect(targets.preserveClientIp).toBe("false");
});

it("is open to the internet, zone by zone, when asked for", async () => {
  const { balancer } = await registered(devices);
  expect(balancer).toMatchObject({ internal: false, enableCrossZoneLoadBalancing: false });
});

it("lets EKS enter pods: the target group carries the cluster's name", async () => {
  const { targets } = await registered(devices);
  expect(targets.tags).toEqual({
    "sentinel:stack": "us-east",
    "eks:eks-cluster-name": "mqtt-sentinel-us-east",
  });
});

it.each([
  7422, 8884,
])("refuses the whole internet on port %i: only devices are everywhere", async (port) => {
  await fakeEngine();
  const args = { ...leaf, port, admits: ["0.0.0.0/0"] };
  expect(() => new PassthroughLoadBalancer("open", args)).toThrow(
    `must not hold 0.0.0.0/0 on port ${port}`,
  );
  await allRegistered();
});

it("cannot be deleted by mistake, unless that is asked for", async () => {
  expect((await registered(devices)).balancer.enableDeletionProtection).toBe(true);
  const open = await registered({ ...devices, deletionProtection: false });
  expect(open.balancer.enableDeletionProtection).toBe(false);
});
