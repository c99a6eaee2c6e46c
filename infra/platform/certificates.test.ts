import { describe, expect, it } from "vitest";
import type { FakeEngine } from "../../test/support/fake-engine.ts";
import { settled } from "../../test/support/fake-engine.ts";
import { CertManager } from "./cert-manager.ts";
import { Certificates, type CertificatesArgs } from "./certificates.ts";
import { Namespaces } from "./namespaces.ts";
import { namespace, objectNamed, objectsOf } from "./objects.fixture.ts";
import { TrustBundle } from "./trust-bundle.ts";

const args: CertificatesArgs = {
  namespace,
  certManagerNamespace: "cert-manager",
  region: "eu-west",
  domain: "example.com",
  internalCa: { certificate: "the CA's certificate", privateKey: "the CA's key" },
  deviceIssuer: { issuer: "internal" },
  upstreamBundled: true,
};
const made = (more: Partial<CertificatesArgs> = {}) =>
  objectsOf(() => new Certificates("certificates", { ...args, ...more }));
const hostsOf = (engine: FakeEngine) =>
  Object.fromEntries(
    engine
      .of("kubernetes:cert-manager.io/v1:Certificate")
      .map(({ inputs }) => [inputs.spec.secretName, inputs.spec.dnsNames]),
  );

describe("the certificates", () => {
  it("carry these names", async () => {
    expect(hostsOf(await made())).toEqual({
      "core-tls": [
        "nats-core.sentinel.svc.cluster.local",
        "*.nats-core.sentinel.svc.cluster.local",
        "nats-cluster.sentinel.svc.cluster.local",
      ],
      "edge-tls": [
        "nats-edge.sentinel.svc.cluster.local",
        "*.nats-edge.sentinel.svc.cluster.local",
        "nats-cluster.sentinel.svc.cluster.local",
        "localhost",
      ],
      "leaf-tls": ["leaf.eu-west.sentinel.internal"],
      "devices-tls": ["mqtt.example.com"],
      "console-tls": ["console-api.sentinel.svc.cluster.local"],
      "mosquitto-tls": ["alerts.eu-west.example.com", "mosquitto.sentinel.svc.cluster.local"],
    });
  });

  it("let nobody but the core pass for what a service connects to, or for the region", async () => {
    const hosts = hostsOf(await made());
    const holding = (host: string) =>
      Object.keys(hosts).filter((secret) => hosts[secret].includes(host));
    expect(holding("*.nats-core.sentinel.svc.cluster.local")).toEqual(["core-tls"]);
    expect(holding("leaf.eu-west.sentinel.internal")).toEqual(["leaf-tls"]);
  });

  it("have one for Mosquitto only where Mosquitto is ours", async () => {
    let certificates: Certificates | undefined;
    const engine = await objectsOf(() => {
      certificates = new Certificates("certificates", { ...args, upstreamBundled: false });
    });
    expect(hostsOf(engine)).not.toHaveProperty("mosquitto-tls");
    expect(certificates?.mosquittoSecret).toBeUndefined();
  });

  it("are elliptic, and new ones with a new key a month before they end", async () => {
    expect(objectNamed(await made(), "Certificate", "core-tls").spec).toMatchObject({
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      duration: "2160h0m0s",
      renewBefore: "720h0m0s",
      usages: ["digital signature", "server auth", "client auth"],
    });
  });
});

describe("the issuers", () => {
  const issuerOf = (engine: FakeEngine, certificate: string) =>
    objectNamed(engine, "Certificate", certificate).spec.issuerRef.name;

  it("keep the CA's key where cert-manager is and no pod of ours", async () => {
    const engine = await made();
    expect(objectNamed(engine, "Secret", "internal-ca")).toMatchObject({
      metadata: { namespace: "cert-manager" },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": "the CA's certificate", "tls.key": "the CA's key" },
    });
    expect(issuerOf(engine, "devices-tls")).toBe("internal-ca");
    expect(engine.of("kubernetes:cert-manager.io/v1:ClusterIssuer")).toHaveLength(1);
  });

  it("are a public one for devices where the settings say so, proven by DNS", async () => {
    const engine = await made({
      deviceIssuer: {
        issuer: "letsencrypt",
        email: "platform@example.com",
        hostedZoneId: "Z0123456789",
        awsRegion: "eu-west-1",
      },
    });
    expect(issuerOf(engine, "devices-tls")).toBe("letsencrypt");
    expect(issuerOf(engine, "core-tls")).toBe("internal-ca");
    expect(objectNamed(engine, "ClusterIssuer", "letsencrypt").spec.acme).toMatchObject({
      email: "platform@example.com",
      solvers: [{ dns01: { route53: { region: "eu-west-1", hostedZoneID: "Z0123456789" } } }],
    });
  });
});

describe("what certificates stand on", () => {
  it("is a bundle that processes mount", async () => {
    const engine = await objectsOf(
      () => new TrustBundle("trust", { namespace, certificates: "the CA's certificate" }),
    );
    expect(objectNamed(engine, "ConfigMap", "internal-ca").data).toEqual({
      "ca.crt": "the CA's certificate",
    });
  });

  it("is cert-manager in a pinned version, with its definitions", async () => {
    const engine = await objectsOf(() => new CertManager("certs", { namespace: "cert-manager" }));
    const { inputs } = engine.only("kubernetes:helm.sh/v3:Release");
    expect(inputs).toMatchObject({
      chart: "cert-manager",
      version: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
      namespace: "cert-manager",
      values: { crds: { enabled: true } },
    });
  });

  it("is namespaces in which a pod may do no more than it needs", async () => {
    let made: Namespaces | undefined;
    const engine = await objectsOf(() => {
      made = new Namespaces("namespaces");
    });
    const levels = engine
      .of("kubernetes:core/v1:Namespace")
      .map(({ inputs }) => [
        inputs.metadata.name,
        inputs.metadata.labels["pod-security.kubernetes.io/enforce"],
      ]);
    expect(Object.fromEntries(levels)).toEqual({
      sentinel: "restricted",
      "cert-manager": "restricted",
      watch: "baseline",
      fence: "privileged",
    });
    expect(made && (await settled(made.ours))).toBe("sentinel");
  });
});
