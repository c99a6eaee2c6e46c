import { expect, it } from "vitest";
import { failuresOf } from "./check-inputs.ts";
import { type Properties, unknown } from "./property-values.ts";
import { openSdk } from "./sdk/sdk.ts";

const sdk = openSdk();
const failures = (type: string, inputs: Properties) =>
  failuresOf(sdk, type, inputs).map(({ property, reason }) => `${property} ${reason}`.trim());
const workers = (spec: Properties): Properties => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  spec: { selector: {}, template: {}, ...spec },
});
const statefulSet = "kubernetes:apps/v1:StatefulSet";

it("accepts what the types allow, and what is not known yet", () => {
  expect(failures("aws:ec2/vpc:Vpc", { cidrBlock: unknown, tags: { a: "b" } })).toEqual([]);
  expect(failures(statefulSet, workers({ replicas: 3 }))).toEqual([]);
});

it("refuses a property that the type has not, at any depth", () => {
  expect(failures("aws:ec2/vpc:Vpc", { cidr: "10.0.0.0/16" })).toEqual([
    "cidr the SDK's type has no such property",
  ]);
  expect(failures(statefulSet, workers({ template: { specs: {} } }))).toEqual([
    "spec.template.specs the SDK's type has no such property",
  ]);
});

it("refuses a value of another kind", () => {
  expect(failures("aws:ec2/vpc:Vpc", { enableDnsSupport: "yes" })).toEqual([
    "enableDnsSupport must be a boolean, got a string",
  ]);
  expect(failures(statefulSet, workers({ volumeClaimTemplates: {} }))).toEqual([
    "spec.volumeClaimTemplates must be a list, got an object",
  ]);
  expect(failures("aws:ec2/vpc:Vpc", { tags: { port: 8883 } })).toEqual([
    'tags["port"] must be a string, got a number',
  ]);
});

it("refuses an absent property that is required", () => {
  expect(failures(statefulSet, { spec: { template: {} } })).toEqual(["spec.selector is required"]);
});

it("accepts any form of a property that may have several", () => {
  const service = (targetPort: string | number | boolean) =>
    failures("kubernetes:core/v1:Service", { spec: { ports: [{ port: 1, targetPort }] } });
  expect(service("mqtt")).toEqual([]);
  expect(service(8883)).toEqual([]);
  expect(service(true)).toHaveLength(1);
});

it("refuses a type that the SDK has not", () => {
  expect(failures("aws:ec2/vpn:Vpn", {})).toEqual([
    "@pulumi/aws has no resource type aws:ec2/vpn:Vpn",
  ]);
  expect(failures("kubernetes:apps/v1:StatefullSet", {})).toHaveLength(1);
});

it("takes objects of extensions as they are, but never without kind and metadata", () => {
  const type = "kubernetes:cert-manager.io/v1:Certificate";
  const whole = { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: {}, spec: {} };
  expect(failures(type, whole)).toEqual([]);
  expect(failures(type, { apiVersion: "cert-manager.io/v1", kind: "Certificate" })).toEqual([
    "metadata every Kubernetes object needs it",
  ]);
});
