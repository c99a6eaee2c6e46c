import type * as pulumi from "@pulumi/pulumi";
import { peersOf } from "../app/contract/regions.ts";
import { Mosquitto } from "../infra/messaging/mosquitto.ts";
import { NatsCore } from "../infra/messaging/nats-core.ts";
import { NatsEdge } from "../infra/messaging/nats-edge.ts";
import { namespaces } from "../infra/platform/names.ts";
import { imageFrom } from "../infra/registry/docker-hub.ts";
import { images } from "../infra/versions.ts";
import { Monitoring } from "../infra/watch/monitoring.ts";
import type { Upstream } from "../infra/workloads/bridge.ts";
import { Fence } from "../infra/workloads/fence.ts";
import { deviceCaFile } from "./device-ca.ts";
import { imageOf } from "./image-of.ts";
import { processes } from "./processes.ts";
import { fleetOf } from "./settings.ts";
import type { WorkloadContext } from "./workload-context.ts";

const namespace = namespaces.ours;

/** NATS, Mosquitto and our processes, each after what it needs; and who watches them. */
export function workloads(context: WorkloadContext): void {
  const { base, platform } = context;
  const opts = { provider: base.provider, dependsOn: [...platform.ready] };
  const servers = natsServers(context, opts);
  const upstream = upstreamOf(context, opts);
  const { images: ours, monitoring: watched } = context.settings;
  if (ours) processes({ ...context, images: ours, upstream }, servers);
  if (watched) monitoring(context, opts);
  fence(context, opts);
}

/** Before the edges need it; without it they run as well. */
function fence(context: WorkloadContext, opts: pulumi.ComponentResourceOptions): void {
  const wanted = fenceOf(context.settings);
  if (!wanted) return;
  const image = imageOf(context, wanted.images, "fence");
  const { limits } = wanted;
  new Fence("fence", { namespace: namespaces.fence, image, plan: context.plan, limits }, opts);
}

/** Undefined: this region has none. */
function fenceOf({ images: ours, fence: limits }: WorkloadContext["settings"]) {
  return ours && limits !== "off" ? { images: ours, limits } : undefined;
}

function natsServers(context: WorkloadContext, opts: pulumi.ComponentResourceOptions) {
  const { settings, plan, base, platform, entrances } = context;
  const shared = {
    namespace,
    region: settings.stack,
    plan,
    images: {
      server: imageFrom(settings.dockerHubMirror, images.natsServer),
      reloader: imageFrom(settings.dockerHubMirror, images.natsReloader),
      exporter: imageFrom(settings.dockerHubMirror, images.natsExporter),
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
        storageClassName: base.coreStorageClassName,
        deletionProtection: settings.deletionProtection,
        ...(settings.images && {
          mender: {
            image: imageOf(context, settings.images, "mender"),
            secretName: platform.secrets.names.mender,
          },
        }),
        leafTargetGroupArn: entrances.leaf.targetGroupArn,
      },
      opts,
    ),
    new NatsEdge(
      "edge",
      {
        ...shared,
        certificates: { edge: certificates.edge, devices: certificates.devices },
        ...(settings.images && {
          reportGateImage: imageOf(context, settings.images, "report-gate"),
        }),
        devicesTargetGroupArn: entrances.devices.targetGroupArn,
        ...(settings.deviceCa !== undefined && { deviceCa: deviceCaFile(settings.deviceCa) }),
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
      image: imageFrom(settings.dockerHubMirror, images.mosquitto),
      storageClassName: base.storageClassName,
      deletionProtection: settings.deletionProtection,
      certificateSecret,
      publishersTargetGroupArn: entrances.publishers.targetGroupArn,
    },
    opts,
  );
  return { kind: "bundled", passwordSecret: mosquitto.bridgePasswordSecret };
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
        fenced: fenceOf(settings) !== undefined,
      },
      namespace: namespaces.watch,
      storageClassName: base.storageClassName,
      runbooks: settings.runbookBaseUrl,
      dockerHubMirror: settings.dockerHubMirror,
      ...(settings.alertWebhookUrl !== undefined && { alertWebhookUrl: settings.alertWebhookUrl }),
    },
    opts,
  );
}
