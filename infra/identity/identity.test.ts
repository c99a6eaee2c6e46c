import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { AliasRecord } from "../entrance/alias-record.ts";
import { leafHost } from "../regions.ts";
import { CertificateAuthority } from "./certificate-authority.ts";
import { PrivateZone, ZoneMembership } from "./private-zone.ts";

it("makes an authority on P-384 that may sign certificates for ten years", async () => {
  const engine = await fakeEngine();
  new CertificateAuthority("ca");
  await allRegistered();
  expect(engine.only("tls:index/privateKey:PrivateKey").inputs).toMatchObject({
    algorithm: "ECDSA",
    ecdsaCurve: "P384",
  });
  const certificate = engine.only("tls:index/selfSignedCert:SelfSignedCert").inputs;
  expect(certificate).toMatchObject({
    isCaCertificate: true,
    validityPeriodHours: 87_600,
    allowedUses: ["cert_signing", "crl_signing"],
  });
  expect(certificate).not.toHaveProperty("earlyRenewalHours");
});

it("keeps the authority's key secret", async () => {
  await fakeEngine();
  const authority = new CertificateAuthority("ca", { deletionProtection: false });
  await allRegistered();
  expect(await pulumi.isSecret(authority.privateKeyPem)).toBe(true);
});

it("shows the private zone to the home network, and to others as they join", async () => {
  const engine = await fakeEngine();
  const zone = new PrivateZone("names", {
    homeRegion: "us-east-1",
    homeVpcId: "vpc-home",
    tags: {},
  });
  new ZoneMembership("eu-west", { zoneId: zone.zoneId, awsRegion: "eu-west-1", vpcId: "vpc-eu" });
  await allRegistered();
  expect(engine.only("aws:route53/zone:Zone").inputs).toMatchObject({
    name: "sentinel.internal",
    vpcs: [{ vpcId: "vpc-home", vpcRegion: "us-east-1" }],
  });
  expect(engine.only("aws:route53/zoneAssociation:ZoneAssociation").inputs).toEqual({
    zoneId: "names-zone-zone",
    vpcId: "vpc-eu",
    vpcRegion: "eu-west-1",
  });
});

it("names a region's leaf entrance in the zone", async () => {
  const engine = await fakeEngine();
  new AliasRecord("leaf", {
    zoneId: "Z1",
    host: leafHost("eu-west"),
    target: { dnsName: "leaf.elb.eu-west-1.amazonaws.com", zoneId: "Z2" },
  });
  await allRegistered();
  expect(engine.only("aws:route53/record:Record").inputs).toMatchObject({
    zoneId: "Z1",
    name: "leaf.eu-west.sentinel.internal",
    type: "A",
    aliases: [{ name: "leaf.elb.eu-west-1.amazonaws.com", zoneId: "Z2" }],
  });
});
