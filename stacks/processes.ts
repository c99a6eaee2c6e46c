import * as pulumi from "@pulumi/pulumi";
import { type Lane, lanes } from "../app/contract/lanes.ts";
import { homeRegion } from "../app/contract/regions.ts";
import { archiveRights } from "../infra/audit/archive-rights.ts";
import { PodIdentity, type PodIdentityArgs } from "../infra/cluster/pod-identity.ts";
import { changePolicy, copyArn, readPolicy } from "../infra/identity/device-table.ts";
import { namespaces } from "../infra/platform/names.ts";
import type { SecretOwner } from "../infra/platform/service-secrets.ts";
import { awsRegions } from "../infra/regions.ts";
import { Aggregator } from "../infra/workloads/aggregator.ts";
import { Archive, archiveWorkload } from "../infra/workloads/archive.ts";
import { Auth, authWorkload } from "../infra/workloads/auth.ts";
import { Bridge, type Upstream } from "../infra/workloads/bridge.ts";
import { Console, consoleWorkload } from "../infra/workloads/console.ts";
import { Delivery } from "../infra/workloads/delivery.ts";
import { Inspector } from "../infra/workloads/inspector.ts";
import { Meter } from "../infra/workloads/meter.ts";
import { Provision } from "../infra/workloads/provision.ts";
import { imageOf } from "./image-of.ts";
import type { Settings } from "./settings.ts";
import type { imageNames } from "./settings-schema.ts";
import { startedProcesses, startOrder } from "./start-order.ts";
import type { WorkloadContext } from "./workload-context.ts";

interface ProcessContext extends WorkloadContext {
  readonly images: NonNullable<Settings["images"]>;
  readonly upstream: Upstream;
}

const namespace = namespaces.ours;

/** What every process of ours is told. */
const told = (context: ProcessContext, owner: SecretOwner, image: (typeof imageNames)[number]) => ({
  namespace,
  plan: context.plan,
  image: imageOf(context, context.images, image),
  secretName: context.platform.secrets.names[owner],
  trustConfigMap: context.platform.trust.configMapName,
  coreReplicas: context.plan.core.replicas,
});

/** The same of a process with an image of its own name. */
const common = (context: ProcessContext, owner: SecretOwner & (typeof imageNames)[number]) =>
  told(context, owner, owner);

type Maker = (context: ProcessContext, opts: pulumi.ComponentResourceOptions) => pulumi.Resource;

const inspectorOf =
  (lane: Lane): Maker =>
  (context, opts) =>
    new Inspector(
      lane.process,
      {
        ...told(context, lane.process, "inspector"),
        ...{ lane, signatures: context.settings.signatures, region: context.settings.stack },
      },
      opts,
    );

const makers: Readonly<Record<keyof typeof startOrder, Maker>> = {
  auth: authService,
  provision: (context, opts) =>
    new Provision(
      "provision",
      {
        ...common(context, "provision"),
        region: context.settings.stack,
      },
      opts,
    ),
  meter: (context, opts) => new Meter("meter", common(context, "meter"), opts),
  delivery: (context, opts) =>
    new Delivery(
      "delivery",
      { ...common(context, "delivery"), region: context.settings.stack },
      opts,
    ),
  inspector: inspectorOf(lanes.alerts),
  "report-inspector": inspectorOf(lanes.reports),
  console: consoleService,
  archive: archiveService,
  aggregator: (context, opts) =>
    new Aggregator(
      "aggregator",
      {
        ...common(context, "aggregator"),
        ...{ region: context.settings.stack, enforcement: context.settings.enforcement },
      },
      opts,
    ),
  bridge: (context, opts) =>
    new Bridge("bridge", { ...common(context, "bridge"), upstream: context.upstream }, opts),
};

/** Our own processes, each after what it needs. */
export function processes(context: ProcessContext, servers: readonly pulumi.Resource[]): void {
  const { provider } = context.base;
  const made = new Map<string, pulumi.Resource>();
  for (const name of startedProcesses) {
    const needed = startOrder[name].flatMap((other) => made.get(other) ?? []);
    made.set(name, makers[name](context, { provider, dependsOn: [...servers, ...needed] }));
  }
}

/** What a workload may do at AWS, as the service account of its name. */
function identityOf(
  { base, tags }: ProcessContext,
  workload: string,
  statements: PodIdentityArgs["statements"],
): PodIdentity {
  const { clusterName, arn: clusterArn } = base.cluster;
  return new PodIdentity(workload, {
    ...{ clusterName, clusterArn, namespace, statements, tags },
    serviceAccount: workload,
  });
}

/** Has a right at AWS: to change the device table, at home, whatever region this is. */
function consoleService(context: ProcessContext, opts: pulumi.ComponentResourceOptions): Console {
  const { home, platform } = context;
  const tableRegion = awsRegions[homeRegion];
  const rights = changePolicy({
    awsRegion: tableRegion,
    tableArn: home.deviceTableArn,
    keyArn: home.deviceTableKeyArns.apply((arns) => arns[tableRegion] ?? ""),
  });
  const identity = identityOf(context, consoleWorkload, rights);
  return new Console(
    "console",
    {
      ...common(context, "console"),
      ...{ tableRegion, deviceTable: home.deviceTableName },
      certificateSecret: platform.certificates.secrets.console,
      ...oidcOf(context.settings),
    },
    pulumi.mergeOptions(opts, { dependsOn: [identity] }),
  );
}

/** The provider's settings for the console, and the Secret by which it is known there. */
function oidcOf({ oidc }: Settings) {
  if (!oidc) return {};
  const { clientSecretName, ...settings } = oidc;
  return { oidc: settings, oidcSecret: clientSecretName };
}

/** Has a right at AWS: to add to its region's part of the archive, at home, whatever region this is. */
function archiveService(context: ProcessContext, opts: pulumi.ComponentResourceOptions): Archive {
  const { home, settings } = context;
  const { stack: region } = settings;
  const bucketName = home.auditArchiveBucket;
  const awsRegion = awsRegions[homeRegion];
  const rights = archiveRights({
    ...{ region, bucketName, awsRegion },
    keyArn: home.auditArchiveKeyArn,
  });
  const identity = identityOf(context, archiveWorkload, rights);
  return new Archive(
    "archive",
    { ...common(context, "archive"), region, bucketName, bucketRegion: awsRegion },
    pulumi.mergeOptions(opts, { dependsOn: [identity] }),
  );
}

/** Has a right at AWS: to read this region's copy of the device table. */
function authService(context: ProcessContext, opts: pulumi.ComponentResourceOptions): Auth {
  const { settings, home } = context;
  const { awsRegion, deviceAuth, enforcement } = settings;
  const rights = readPolicy({
    awsRegion,
    tableArn: home.deviceTableArn.apply((arn) => copyArn(arn, awsRegion)),
    keyArn: home.deviceTableKeyArns.apply((arns) => arns[awsRegion] ?? ""),
  });
  const identity = identityOf(context, authWorkload, rights);
  return new Auth(
    "auth",
    {
      ...common(context, "auth"),
      ...{ region: settings.stack, awsRegion, deviceAuth, enforcement },
      deviceTable: home.deviceTableName,
    },
    pulumi.mergeOptions(opts, { dependsOn: [identity] }),
  );
}
