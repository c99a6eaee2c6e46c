import { describe, expect, it } from "vitest";
import { validateObject } from "./kubernetes-validator.ts";

const container = { name: "main", image: "example.com/main:1" };
const labels = { app: "main" };
function deployment(spec: object = {}, pod: object = {}) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "main", labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], ...pod } },
      ...spec,
    },
  };
}
const withContainer = (more: object) => deployment({}, { containers: [{ ...container, ...more }] });

describe("the schema of a kind", () => {
  it("takes what Kubernetes takes", () => {
    expect(validateObject(deployment())).toEqual([]);
  });

  it("refuses a field that it does not have, wherever it is", () => {
    expect(validateObject(deployment({ replica: 2 }))).toEqual(['spec: unknown field "replica"']);
    expect(validateObject(withContainer({ readinesProbe: {} }))).toEqual([
      'spec.template.spec.containers.0: unknown field "readinesProbe"',
    ]);
  });

  it("refuses a wrong type and a missing field", () => {
    expect(validateObject(deployment({ replicas: "2" }))).toEqual([
      "spec.replicas: must be integer",
    ]);
    expect(validateObject(deployment({ selector: undefined }))).toContain(
      "spec: must have required property 'selector'",
    );
  });

  it("takes a number or a text where both are allowed", () => {
    const withSurge = (maxSurge: unknown) =>
      deployment({ strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge } } });
    expect(validateObject(withSurge(1))).toEqual([]);
    expect(validateObject(withSurge("25%"))).toEqual([]);
    expect(validateObject(withSurge(true))).not.toEqual([]);
  });

  it.each(["250m", "1.5", "2Gi", "1e3", 2])("takes the quantity %s", (cpu) => {
    expect(validateObject(withContainer({ resources: { requests: { cpu } } }))).toEqual([]);
  });

  it.each(["2 GB", "Mi", ""])("refuses the quantity %j", (memory) => {
    expect(validateObject(withContainer({ resources: { requests: { memory } } }))).not.toEqual([]);
  });

  it("refuses an object of a kind that nobody knows", () => {
    expect(validateObject({ apiVersion: "apps/v1beta1", kind: "Deployment" })).toEqual([
      "the object: no schema is known for apps/v1beta1 Deployment",
    ]);
    expect(validateObject({})).toEqual(["the object: apiVersion and kind must be strings"]);
  });
});

describe("a custom resource", () => {
  const certificate = (spec: object, metadata: object = {}) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "edge", ...metadata },
    spec: { secretName: "edge", issuerRef: { name: "ca" }, ...spec },
  });

  it("is checked as strictly", () => {
    expect(validateObject(certificate({ dnsNames: ["example.com"] }))).toEqual([]);
    expect(validateObject(certificate({ dnsName: "example.com" }))).toEqual([
      'spec: unknown field "dnsName"',
    ]);
  });

  it("refuses a value that is not in the list", () => {
    expect(validateObject(certificate({ privateKey: { algorithm: "DSA" } }))).toEqual([
      "spec.privateKey.algorithm: must be equal to one of the allowed values: RSA, ECDSA, Ed25519",
    ]);
  });

  it("has the metadata of every object", () => {
    expect(validateObject(certificate({}, { label: {} }))).toEqual([
      'metadata: unknown field "label"',
    ]);
  });

  it("may be one of EKS", () => {
    const binding = (targetGroupARN: string) => ({
      apiVersion: "eks.amazonaws.com/v1",
      kind: "TargetGroupBinding",
      metadata: { name: "devices" },
      spec: { targetGroupARN, serviceRef: { name: "nats-edge", port: 8883 } },
    });
    expect(validateObject(binding("arn:aws:elasticloadbalancing:::devices"))).toEqual([]);
    expect(validateObject(binding("devices"))).toEqual([
      'spec.targetGroupARN: must match pattern "^arn:"',
    ]);
  });
});

describe("a pod template", () => {
  it("must carry the labels by which its pods are found", () => {
    expect(validateObject(deployment({ selector: { matchLabels: { app: "other" } } }))).toEqual([
      "spec.selector: no label app=other on the pods",
    ]);
  });

  it("must have the volumes that are mounted, each path once", () => {
    const mount = { name: "data", mountPath: "/data" };
    expect(validateObject(withContainer({ volumeMounts: [mount] }))).toEqual([
      "container main: no volume is called data",
    ]);
    const volumes = [{ name: "data", emptyDir: {} }];
    const twice = { containers: [{ ...container, volumeMounts: [mount, mount] }], volumes };
    expect(validateObject(deployment({}, twice))).toEqual(["container main: two volumes at /data"]);
  });

  it("must have the ports that are probed", () => {
    const livenessProbe = { httpGet: { port: "operations" } };
    expect(validateObject(withContainer({ livenessProbe }))).toEqual([
      "container main: no port is called operations",
    ]);
    const ports = [{ name: "operations", containerPort: 8080 }];
    expect(validateObject(withContainer({ livenessProbe, ports }))).toEqual([]);
  });
});
