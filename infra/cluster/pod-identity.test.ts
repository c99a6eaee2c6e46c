import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { PodIdentity } from "./pod-identity.ts";

const clusterArn = "arn:aws:eks:us-east-1:123456789012:cluster/mqtt-sentinel-us-east";
const tableArn = "arn:aws:dynamodb:us-east-1:123456789012:table/sentinel-devices";

async function identity() {
  const engine = await fakeEngine();
  new PodIdentity("auth", {
    clusterName: "mqtt-sentinel-us-east",
    clusterArn,
    namespace: "sentinel",
    serviceAccount: "auth",
    statements: [{ Sid: "Read", Effect: "Allow", Action: "dynamodb:GetItem", Resource: tableArn }],
    tags: {},
  });
  await allRegistered();
  return engine;
}

it("trusts EKS for this service account of this cluster alone", async () => {
  const engine = await identity();
  const { Statement } = JSON.parse(engine.only("aws:iam/role:Role").inputs.assumeRolePolicy);
  expect(Statement).toEqual([
    {
      Sid: "ServiceTakesRole",
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-arn": clusterArn,
          "aws:RequestTag/kubernetes-namespace": "sentinel",
          "aws:RequestTag/kubernetes-service-account": "auth",
        },
      },
    },
  ]);
});

it("gives the role the rights asked for, and the role to the service account", async () => {
  const engine = await identity();
  const { role, policy } = engine.only("aws:iam/rolePolicy:RolePolicy").inputs;
  expect(role).toBe("auth-role");
  expect(JSON.parse(policy)).toEqual({
    Version: "2012-10-17",
    Statement: [{ Sid: "Read", Effect: "Allow", Action: "dynamodb:GetItem", Resource: tableArn }],
  });
  const type = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
  expect(engine.only(type).inputs).toMatchObject({
    clusterName: "mqtt-sentinel-us-east",
    namespace: "sentinel",
    serviceAccount: "auth",
    roleArn: "arn:aws:mock:::auth-role",
  });
});
