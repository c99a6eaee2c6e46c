import { describe, expect, it } from "vitest";
import { closedBuckets, closedToEverybody, guardedCluster, privateData } from "./exposure.ts";
import { stackOf } from "./stack.fixture.ts";

const port = (fromPort: number, toPort = fromPort) => ({ fromPort, toPort });

describe("a rule that lets something in", () => {
  const rule = (properties: object) =>
    closedToEverybody.violationsOf("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      ipProtocol: "tcp",
      ...properties,
    });

  it("passes for everybody on 8883, and for a range on any port", () => {
    expect(rule({ cidrIpv4: "0.0.0.0/0", ...port(8883) })).toEqual([]);
    expect(rule({ cidrIpv6: "::/0", ...port(8883) })).toEqual([]);
    expect(rule({ cidrIpv4: "203.0.113.0/24", ...port(8884) })).toEqual([]);
    expect(rule({ cidrIpv4: "10.10.0.0/16", ...port(443) })).toEqual([]);
  });

  it("breaks the policy for everybody on another port, on a range of ports, or on all", () => {
    expect(rule({ cidrIpv4: "0.0.0.0/0", ...port(443) })).toEqual([
      "tcp 443 to 443 is open to 0.0.0.0/0; only tcp 8883 may be",
    ]);
    expect(rule({ cidrIpv4: "0.0.0.0/0", ...port(8884) })).toHaveLength(1);
    expect(rule({ cidrIpv4: "128.0.0.0/1", ...port(8884) })).toHaveLength(1);
    expect(rule({ cidrIpv6: "::/0", ...port(8883, 8884) })).toHaveLength(1);
    expect(rule({ cidrIpv4: "0.0.0.0/0", ipProtocol: "udp", ...port(8883) })).toHaveLength(1);
    expect(rule({ cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" })[0]).toContain("every port");
  });

  it("is found inside a security group and in the older form of a rule", () => {
    const open = { protocol: "tcp", cidrBlocks: ["0.0.0.0/0"], ...port(22) };
    const group = closedToEverybody.violationsOf("aws:ec2/securityGroup:SecurityGroup", {
      ingress: [open],
    });
    expect(group).toHaveLength(1);
    const older = (type: string) =>
      closedToEverybody.violationsOf("aws:ec2/securityGroupRule:SecurityGroupRule", {
        type,
        ...open,
      });
    expect(older("ingress")).toHaveLength(1);
    expect(older("egress")).toEqual([]);
  });
});

describe("the cluster", () => {
  const cluster = (vpcConfig: object) =>
    guardedCluster.violationsOf("aws:eks/cluster:Cluster", { vpcConfig });
  const service = (type?: string) =>
    guardedCluster.violationsOf("kubernetes:core/v1:Service", { spec: { type } });

  it("passes when its API is private or for named ranges", () => {
    expect(cluster({ endpointPublicAccess: false })).toEqual([]);
    const publicAccessCidrs = ["203.0.113.0/24"];
    expect(cluster({ endpointPublicAccess: true, publicAccessCidrs })).toEqual([]);
  });

  it("breaks the policy when its API is for everybody, also by default", () => {
    expect(cluster({})).toHaveLength(1);
    expect(cluster({ endpointPublicAccess: true })).toHaveLength(1);
    const publicAccessCidrs = ["0.0.0.0/0"];
    expect(cluster({ endpointPublicAccess: true, publicAccessCidrs })).toHaveLength(1);
  });

  it("breaks the policy when a Service opens a way in by itself", () => {
    expect(service()).toEqual([]);
    expect(service("ClusterIP")).toEqual([]);
    expect(service("LoadBalancer")[0]).toContain("LoadBalancer");
    expect(service("NodePort")).toHaveLength(1);
  });
});

describe("the policy of a store", () => {
  const policyOf = (statement: object, type = "aws:s3/bucketPolicy:BucketPolicy") =>
    privateData.violationsOf(type, {
      policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", ...statement }],
      }),
    });

  it("passes when it names who, refuses everybody, or has a condition", () => {
    expect(policyOf({ Principal: { AWS: "arn:aws:iam::123456789012:role/a" } })).toEqual([]);
    expect(policyOf({ Principal: "*", Effect: "Deny" })).toEqual([]);
    const Condition = { StringEquals: { "aws:SourceAccount": "123456789012" } };
    expect(policyOf({ Principal: "*", Condition })).toEqual([]);
  });

  it("breaks the policy when it permits everybody", () => {
    expect(policyOf({ Principal: "*", Sid: "Open" })).toEqual([
      "statement Open gives anybody access to the bucket; name who",
    ]);
    const table = "aws:dynamodb/resourcePolicy:ResourcePolicy";
    expect(policyOf({ Principal: { AWS: ["*"] } }, table)[0]).toContain("to the table");
  });
});

describe("a bucket", () => {
  const block = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  const type = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
  const bucket = { type: "aws:s3/bucket:Bucket", name: "archive" };

  it("passes when all four ways to make it public are blocked", () => {
    expect(privateData.violationsOf(type, block)).toEqual([]);
    const closed = { type, name: "closed", dependencies: { bucket: ["archive"] } };
    expect(closedBuckets.violationsOfStack(stackOf([bucket, closed]))).toEqual([]);
  });

  it("breaks the policy when one is not, or nothing blocks them", () => {
    expect(privateData.violationsOf(type, { ...block, ignorePublicAcls: false })).toEqual([
      "the bucket's public access is not blocked; set ignorePublicAcls",
    ]);
    expect(closedBuckets.violationsOfStack(stackOf([bucket]))).toEqual([
      { urn: "urn:archive", message: "the bucket archive has no BucketPublicAccessBlock" },
    ]);
  });
});
