import { describe, expect, it } from "vitest";
import { pinnedImages, probedContainers, sizedContainers } from "./workloads.ts";

const container = {
  name: "auth",
  image: "registry.example.com:5000/auth:0.1.0",
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
  livenessProbe: {},
  readinessProbe: {},
};
const deployment = "kubernetes:apps/v1:Deployment";
const job = "kubernetes:batch/v1:Job";
const podOf = (changes: object, others: object = {}) => ({
  spec: { template: { spec: { containers: [{ ...container, ...changes }], ...others } } },
});

describe("an image", () => {
  const violationsOf = (image: string) => pinnedImages.violationsOf(deployment, podOf({ image }));

  it.each([
    "nats:2.15.1-alpine",
    "registry.example.com:5000/auth:0.1.0",
    `registry.example.com/auth@sha256:${"a".repeat(64)}`,
    `auth:0.1.0@sha256:${"a".repeat(64)}`,
  ])("passes as %s", (image) => {
    expect(violationsOf(image)).toEqual([]);
  });

  it.each([
    "nats",
    "nats:latest",
    "registry.example.com:5000/auth",
    "r.example.com/a:latest",
  ])("breaks the policy as %s", (image) => {
    expect(violationsOf(image)).toEqual([
      `container auth runs ${image}; give it a version or a digest`,
    ]);
  });

  it("is looked at in init containers, Jobs, CronJobs and bare pods too", () => {
    const initContainers = [{ name: "init", image: "busybox" }];
    expect(pinnedImages.violationsOf(deployment, podOf({}, { initContainers }))).toHaveLength(1);
    expect(pinnedImages.violationsOf(job, podOf({ image: "x" }))).toHaveLength(1);
    const pod = { spec: { containers: [{ name: "a", image: "x" }] } };
    expect(pinnedImages.violationsOf("kubernetes:core/v1:Pod", pod)).toHaveLength(1);
    const cron = { spec: { jobTemplate: podOf({ image: "x" }) } };
    expect(pinnedImages.violationsOf("kubernetes:batch/v1:CronJob", cron)).toHaveLength(1);
  });

  it("is no part of anything else", () => {
    expect(pinnedImages.violationsOf("kubernetes:core/v1:Service", { spec: {} })).toEqual([]);
  });
});

describe("a container's resources", () => {
  it("pass with requests and a limit of memory", () => {
    expect(sizedContainers.violationsOf(deployment, podOf({}))).toEqual([]);
  });

  it("break the policy when a part is missing", () => {
    const violationsOf = (resources: object | undefined) =>
      sizedContainers.violationsOf(deployment, podOf({ resources }));
    expect(violationsOf(undefined)).toEqual([
      "container auth has no requests.cpu, requests.memory, limits.memory in its resources",
    ]);
    expect(violationsOf({ ...container.resources, limits: {} })).toEqual([
      "container auth has no limits.memory in its resources",
    ]);
    expect(sizedContainers.violationsOf(job, podOf({ resources: {} }))).toHaveLength(1);
  });
});

describe("a container's probes", () => {
  it("pass when both are set, and need not be set in a Job", () => {
    expect(probedContainers.violationsOf(deployment, podOf({}))).toEqual([]);
    const none = { livenessProbe: undefined, readinessProbe: undefined };
    expect(probedContainers.violationsOf(job, podOf(none))).toEqual([]);
  });

  it("break the policy when one is missing", () => {
    const violationsOf = (changes: object) =>
      probedContainers.violationsOf("kubernetes:apps/v1:StatefulSet", podOf(changes));
    expect(violationsOf({ livenessProbe: undefined })).toEqual([
      "container auth has no livenessProbe",
    ]);
    expect(violationsOf({ livenessProbe: undefined, readinessProbe: undefined })).toEqual([
      "container auth has no livenessProbe and no readinessProbe",
    ]);
  });
});
