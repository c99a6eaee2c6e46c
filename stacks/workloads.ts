import * as pulumi from "@pulumi/pulumi";
import { peersOf } from "../app/contract/regions.ts";
import type { RegionPlan } from "../infra/capacity/plan.ts";
import { PodIdentity } from "../infra/cluster/pod-identity.ts";
import { copyArn, readPolicy } from "../infra/identity/device-table.ts";
import { Mosquitto } from "../infra/messaging/mosquitto.ts";
import { NatsCore } from "../infra/messaging/nats-core.ts";
import { NatsEdge } from "../infra/messaging/nats-edge.ts";
import { namespaces } from "../infra/platform/names.ts";
import type { SecretOwner } from "../infra/platform/service-secrets.ts";
import type { Tags } from "../infra/tags.ts";
import { images } from "../infra/versions.ts";
import { Monitoring } from "../infra/watch/monitoring.ts";
import { Auth, authWorkload } from "../infra/workloads/auth.ts";
import { Bridge, type Upstream } from "../infra/workloads/bridge.ts";
import { Inspector } from "../infra/workloads/inspector.ts";
import { Provision } from "../infra/workloads/provision.ts";
import type { Entrances } from "./entrances.ts";
import type { Foundation } from "./foundation.ts";
import type { HomeOutputs } from "./outputs.ts";
import type { Platform } from "./platform.ts";
import { fleetOf, type Settings } from "./settings.ts";
import type { imageNames } from "./settings-schema.ts";

export interface WorkloadContext {
  readonly settings: Settings;
  readonly plan: RegionPlan;
  readonly base: Foundation;
  readonly platform: Platform;
  readonly entrances: Entrances;
  readonly home: HomeOutputs;
  /** Where the stack's own images are pulled from, unless the settings name another place. */
  readonly imageRegistry: pulumi.Input<string>;
  readonly tags: Tags;
}

const namespace = namespaces.ours;

function imageOf(context: WorkloadContext, process: (typeof imageNames)[number]) {
  const { registry, version, digests } = context.settings.images;
  const digest = digests?.[process];
  return pulumi.interpolate`${registry ?? context.imageRegistry}/${process}:${version}${digest ? `@${digest}` : ""}`;
}

/** What every process of ours is told. */
const common = (context: WorkloadContext, owner: SecretOwner & (typeof imageNames)[number]) => ({
  namespace,
  plan: context.plan,
  image: imageOf(context, owner),
  secretName: context.platform.secrets.names[owner],
  trustConfigMap: context.platform.trust.configMapName,
  coreReplicas: context.plan.core.replicas,
});

/** NATS, Mosquitto and our processes, each after what it needs; and who watches them. */
export function workloads(context: WorkloadContext): void {
  const { base, platform } = context;
  const opts = { provider: base.provider, dependsOn: [...platform.ready] };
  const servers = natsServers(context, opts);
  const upstream = upstreamOf(context, opts);
  const withServers = { provider: base.provider, dependsOn: servers };
  const auth = authService(context, withServers);
  const { settings } = context;
  const provision = new Provision(
    "provision",
    {
      ...common(context, "provision"),
      region: settings.stack,
      domain: settings.domain,
      deviceIssuer: settings.deviceCertificates.issuer,
    },
    // The warm-up is a login.
    { provider: base.provider, dependsOn: [...servers, auth] },
  );
  const withStreams = { provider: base.provider, dependsOn: [provision] };
  new Inspector("inspector", common(context, "inspector"), withStreams);
  new Bridge("bridge", { ...common(context, "bridge"), upstream }, withStreams);
  if (settings.monitoring) monitoring(context, opts);
}

function natsServers(context: WorkloadContext, opts: pulumi.ComponentResourceOptions) {
  const { settings, plan, base, platform, entrances } = context;
  const shared = {
    namespace,
    region: settings.stack,
    plan,
    images: {
      server: images.natsServer,
      reloader: images.natsReloader,
      exporter: images.natsExporter,
    },
    authIssuer: platform.secrets.authIssuer,
    trustConfigMap: platform.trust.configMapName,
  };
  const { secrets: certificates } = platform.certificates;
  return [
    new NatsCore(
      "core",
      {
        ...shared,
        certificates: { core: certificates.core, leaf: certificates.leaf },
        passwordsSecret: platform.secrets.names["nats-core"],
        storageClassName: base.storageClassName,
        deletionProtection: settings.deletionProtection,
        leafTargetGroupArn: entrances.leaf.targetGroupArn,
      },
      opts,
    ),
    new NatsEdge(
      "edge",
      {
        ...shared,
        certificates: { edge: certificates.edge, devices: certificates.devices },
        passwordsSecret: platform.secrets.names["nats-edge"],
        devicesTargetGroupArn: entrances.devices.targetGroupArn,
      },
      opts,
    ),
  ];
}

/** The broker that alerts are taken from: ours, or the one that the settings name. */
function upstreamOf(context: WorkloadContext, opts: pulumi.ComponentResourceOptions): Upstream {
  const { settings, plan, base, platform, entrances } = context;
  if (settings.upstream !== "bundled") {
    const { caCertificate, ...broker } = settings.upstream;
    return { kind: "external", ...broker, ...(caCertificate !== undefined && { caCertificate }) };
  }
  const certificateSecret = platform.certificates.mosquittoSecret;
  if (!plan.mosquitto || !entrances.publishers || !certificateSecret) {
    throw new Error("a bundled upstream was not planned for");
  }
  const mosquitto = new Mosquitto(
    "mosquitto",
    {
      namespace,
      plan: { mosquitto: plan.mosquitto },
      image: images.mosquitto,
      storageClassName: base.storageClassName,
      deletionProtection: settings.deletionProtection,
      certificateSecret,
      publishersTargetGroupArn: entrances.publishers.targetGroupArn,
    },
    opts,
  );
  return { kind: "bundled", passwordSecret: mosquitto.bridgePasswordSecret };
}

/** The one process with a right at AWS: to read this region's copy of the device table. */
function authService(context: WorkloadContext, opts: pulumi.ComponentResourceOptions): Auth {
  const { settings, base, home, tags } = context;
  const { awsRegion } = settings;
  const identity = new PodIdentity("auth", {
    clusterName: base.cluster.clusterName,
    clusterArn: base.cluster.arn,
    namespace,
    serviceAccount: authWorkload,
    statements: readPolicy({
      awsRegion,
      tableArn: home.deviceTableArn.apply((arn) => copyArn(arn, awsRegion)),
      keyArn: home.deviceTableKeyArns.apply((arns) => arns[awsRegion] ?? ""),
    }),
    tags,
  });
  return new Auth(
    "auth",
    { ...common(context, "auth"), awsRegion, deviceTable: home.deviceTableName },
    // A pod that starts before its identity is there has none for its whole life.
    pulumi.mergeOptions(opts, { dependsOn: [identity] }),
  );
}

function monitoring(context: WorkloadContext, opts: pulumi.ComponentResourceOptions): void {
  const { settings, base } = context;
  const { clients, fleetClients, alertsPerSecond, upstreamBundled } =
    fleetOf(settings)[settings.stack];
  new Monitoring(
    "watch",
    {
      watched: {
        ...{ clients, fleetClients, alertsPerSecond, upstreamBundled },
        region: settings.stack,
        peers: peersOf(settings.stack),
      },
      namespace: namespaces.watch,
      storageClassName: base.storageClassName,
      runbooks: settings.runbookBaseUrl,
      ...(settings.alertWebhookUrl !== undefined && { alertWebhookUrl: settings.alertWebhookUrl }),
    },
    opts,
  );
}
