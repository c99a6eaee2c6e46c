import * as pulumi from "@pulumi/pulumi";
import { peersOf } from "../app/contract/regions.ts";
import { PodIdentity } from "../infra/cluster/pod-identity.ts";
import { challengePolicy } from "../infra/identity/challenge-policy.ts";
import { CertManager, certManagerAccount } from "../infra/platform/cert-manager.ts";
import { Certificates, type DeviceIssuer } from "../infra/platform/certificates.ts";
import type { IncidentReceivers } from "../infra/platform/incident-receivers.ts";
import { namespaces } from "../infra/platform/names.ts";
import { Namespaces } from "../infra/platform/namespaces.ts";
import { NetworkIsolation } from "../infra/platform/network-isolation.ts";
import { ServiceSecrets } from "../infra/platform/service-secrets.ts";
import { TrustBundle } from "../infra/platform/trust-bundle.ts";
import type { Tags } from "../infra/tags.ts";
import type { Foundation } from "./foundation.ts";
import type { HomeOutputs } from "./outputs.ts";
import type { Settings } from "./settings.ts";

/** What our workloads mount, and what they wait for. */
export interface Platform {
  readonly certificates: Certificates;
  readonly secrets: ServiceSecrets;
  readonly trust: TrustBundle;
  readonly ready: readonly pulumi.Resource[];
}

/** Namespaces, certificates, secrets and network policies: the cluster before the first workload. */
export function platform(
  settings: Settings,
  base: Foundation,
  context: { home: HomeOutputs; tags: Tags },
): Platform {
  const { home, tags } = context;
  const opts = { provider: base.provider };
  const inNamespaces = { ...opts, dependsOn: [new Namespaces("namespaces", opts)] };
  const namespace = namespaces.ours;
  const deviceIssuer = deviceIssuerOf(settings);
  const identity = challengeIdentity(deviceIssuer, base, tags);
  const certManager = new CertManager(
    "cert-manager",
    { namespace: namespaces.certManager, awsRights: identity.length > 0 },
    pulumi.mergeOptions(inNamespaces, { dependsOn: identity }),
  );
  const certificates = new Certificates(
    "certificates",
    {
      namespace,
      certManagerNamespace: namespaces.certManager,
      region: settings.stack,
      domain: settings.domain,
      internalCa: { certificate: home.internalCaCertificate, privateKey: home.internalCaKey },
      deviceIssuer,
      upstreamBundled: settings.upstream === "bundled",
    },
    { ...opts, dependsOn: [certManager] },
  );
  const peers = peersOf(settings.stack);
  const secrets = new ServiceSecrets(
    "secrets",
    {
      ...{ namespace, peers },
      apiTokens: settings.apiTokens,
      formerAuditKeys: settings.formerAuditKeys,
      incidentReceivers: incidentReceiversOf(settings),
    },
    inNamespaces,
  );
  const trust = new TrustBundle(
    "trust",
    { namespace, certificates: home.internalCaCertificate },
    inNamespaces,
  );
  const isolation = new NetworkIsolation(
    "isolation",
    {
      namespace,
      vpcCidr: settings.cidr,
      peerCidrs: peers.map((peer) => settings.fleet[peer].cidr),
      upstream: upstreamPolicy(settings),
      incidentReceivers: incidentReceiversOf(settings),
    },
    inNamespaces,
  );
  return { certificates, secrets, trust, ready: [certificates, isolation] };
}

const incidentReceiversOf = ({ monitoring, incidentWebhooks }: Settings): IncidentReceivers => ({
  alertmanager: monitoring,
  webhooks: incidentWebhooks,
});

/** The right to prove the domain by DNS, where that is how certificates come. */
function challengeIdentity(
  issuer: ReturnType<typeof deviceIssuerOf>,
  base: Foundation,
  tags: Tags,
): PodIdentity[] {
  if (issuer.issuer !== "letsencrypt") return [];
  const identity = new PodIdentity("cert-manager", {
    clusterName: base.cluster.clusterName,
    clusterArn: base.cluster.arn,
    namespace: namespaces.certManager,
    serviceAccount: certManagerAccount,
    statements: challengePolicy(issuer.hostedZoneId),
    tags,
  });
  return [identity];
}

function deviceIssuerOf({ deviceCertificates, hostedZoneId, awsRegion }: Settings) {
  // The schema sees to it that letsencrypt comes with a zone.
  return deviceCertificates.issuer === "letsencrypt" && hostedZoneId !== undefined
    ? { ...deviceCertificates, hostedZoneId, awsRegion }
    : ({ issuer: "internal" } satisfies DeviceIssuer);
}

function upstreamPolicy({ upstream, publisherCidrs = [] }: Settings) {
  if (upstream === "bundled") return { publisherCidrs };
  return { externalPort: Number(new URL(upstream.url).port || 8883) };
}
