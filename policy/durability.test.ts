import { describe, expect, it } from "vitest";
import { disruptionBudgets, durableTable } from "./durability.ts";
import { stackOf } from "./stack.fixture.ts";

describe("the table", () => {
  const replica = {
    regionName: "eu-west-1",
    pointInTimeRecovery: true,
    deletionProtectionEnabled: true,
  };
  const table = {
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    replicas: [replica],
  };
  const violationsOf = (changes: object) =>
    durableTable.violationsOf("aws:dynamodb/table:Table", { ...table, ...changes });

  it("passes with recovery and protection, of its replicas too", () => {
    expect(violationsOf({})).toEqual([]);
    expect(violationsOf({ replicas: undefined })).toEqual([]);
  });

  it.each([
    [{ pointInTimeRecovery: { enabled: false } }, "the table has no point-in-time recovery"],
    [{ pointInTimeRecovery: undefined }, "the table has no point-in-time recovery"],
    [{ deletionProtectionEnabled: false }, "the table has no deletion protection"],
    [
      { replicas: [{ ...replica, pointInTimeRecovery: false }] },
      "the replica in eu-west-1 has no point-in-time recovery",
    ],
    [
      { replicas: [{ ...replica, deletionProtectionEnabled: undefined }] },
      "the replica in eu-west-1 has no deletion protection",
    ],
  ])("breaks the policy with %j", (changes, violation) => {
    expect(violationsOf(changes)).toEqual([violation]);
  });

  it("is the only type that is looked at", () => {
    expect(durableTable.violationsOf("aws:s3/bucket:Bucket", {})).toEqual([]);
  });
});

describe("a StatefulSet", () => {
  const labels = { "app.kubernetes.io/name": "nats-core", "app.kubernetes.io/part-of": "x" };
  const statefulSet = {
    type: "kubernetes:apps/v1:StatefulSet",
    name: "nats-core",
    properties: { spec: { template: { metadata: { labels } } } },
  };
  const budget = (matchLabels?: object) => ({
    type: "kubernetes:policy/v1:PodDisruptionBudget",
    name: "budget",
    properties: { spec: { selector: { matchLabels } } },
  });
  const violationsOf = (...rest: ReturnType<typeof budget>[]) =>
    disruptionBudgets.violationsOfStack(stackOf([statefulSet, ...rest]));

  it("passes when a budget selects its pods", () => {
    expect(violationsOf(budget({ "app.kubernetes.io/name": "nats-core" }))).toEqual([]);
  });

  it("breaks the policy without one, with another's, or with one that selects nothing by name", () => {
    expect(violationsOf()).toEqual([
      {
        urn: "urn:nats-core",
        message: "no PodDisruptionBudget selects the pods of the StatefulSet nats-core",
      },
    ]);
    expect(violationsOf(budget({ "app.kubernetes.io/name": "nats-edge" }))).toHaveLength(1);
    expect(violationsOf(budget({}), budget())).toHaveLength(1);
  });
});
