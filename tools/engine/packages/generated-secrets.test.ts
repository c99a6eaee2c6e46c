import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import type { Properties } from "../property-values.ts";
import { random, randomText } from "./random.ts";
import { tls } from "./tls/tls.ts";

const creation = (type: string, inputs: Properties) => ({
  urn: { stack: "us-east", type, name: "it" },
  inputs,
  region: "",
  hex: (length: number) => "0".repeat(length),
});
const outputsOf = async (cloud: typeof tls, type: string, inputs: Properties) =>
  (await cloud.create(creation(type, inputs))).outputs as Record<string, string>;
const make = (type: string, inputs: Properties) => outputsOf(tls, `tls:index/${type}`, inputs);

it("draws passwords of the length and alphabet asked for", () => {
  const password = randomText({ length: 40, special: false, upper: false, minNumeric: 3 });
  expect(password).toMatch(/^[a-z0-9]{40}$/);
  expect(password.replace(/\D/g, "").length).toBeGreaterThanOrEqual(3);
  expect(
    randomText({ length: 8, lower: false, upper: false, numeric: false, overrideSpecial: "!" }),
  ).toBe("!!!!!!!!");
  expect(randomText({ length: 24 })).not.toBe(randomText({ length: 24 }));
});

it("gives the same bytes in each form", async () => {
  const type = "random:index/randomBytes:RandomBytes";
  const { base64 = "", hex } = await outputsOf(random, type, { length: 32 });
  expect(Buffer.from(base64, "base64").toString("hex")).toBe(hex);
  expect(hex).toHaveLength(64);
});

it.each([
  ["RSA", { rsaBits: 2048 }, "rsa"],
  ["ECDSA", { ecdsaCurve: "P256" }, "ec"],
  ["ED25519", {}, "ed25519"],
])("makes a real %s key", async (algorithm, more, type) => {
  const { privateKeyPem = "" } = await make("privateKey:PrivateKey", { algorithm, ...more });
  expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe(type);
});

it.each([
  "ECDSA",
  "ED25519",
  "RSA",
])("signs certificates with a %s key that verify", async (algorithm) => {
  const key = { algorithm, ecdsaCurve: "P256" };
  const authority = await make("privateKey:PrivateKey", key);
  const own = await make("privateKey:PrivateKey", key);
  const { certPem: caCertPem = "" } = await make("selfSignedCert:SelfSignedCert", {
    privateKeyPem: authority["privateKeyPem"],
    subject: { commonName: "authority", organization: "MQTT Sentinel" },
    isCaCertificate: true,
    allowedUses: ["cert_signing"],
    validityPeriodHours: 48,
  });
  const { certRequestPem } = await make("certRequest:CertRequest", {
    privateKeyPem: own["privateKeyPem"],
    subject: { commonName: "leaf" },
    dnsNames: ["leaf.example.com"],
    ipAddresses: ["127.0.0.1"],
  });
  const { certPem = "", validityEndTime } = await make("locallySignedCert:LocallySignedCert", {
    certRequestPem,
    caCertPem,
    caPrivateKeyPem: authority["privateKeyPem"],
    allowedUses: ["server_auth"],
    validityPeriodHours: 24,
  });
  const [ca, leaf] = [new X509Certificate(caCertPem), new X509Certificate(certPem)];
  expect(ca.ca).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.subjectAltName).toBe("DNS:leaf.example.com, IP Address:127.0.0.1");
  expect(new Date(validityEndTime ?? "").getTime()).toBe(leaf.validToDate.getTime());
});

it("refuses a use that no key has", async () => {
  const { privateKeyPem } = await make("privateKey:PrivateKey", { algorithm: "ED25519" });
  const made = make("selfSignedCert:SelfSignedCert", {
    privateKeyPem,
    allowedUses: ["everything"],
    validityPeriodHours: 1,
  });
  await expect(made).rejects.toThrow('allowedUses has "everything"');
});

it("replaces what it generated for any change but the time of early renewal", () => {
  const replacing = (path: string) =>
    tls.replacing({
      type: "tls:index/selfSignedCert:SelfSignedCert",
      before: {},
      after: {},
      changes: [{ path, kind: "update" }],
      settings: {},
    });
  expect(replacing("validityPeriodHours")).toEqual(["validityPeriodHours"]);
  expect(replacing("earlyRenewalHours")).toEqual([]);
});
