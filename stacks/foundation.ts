import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../infra/capacity/plan.ts";
import { RegionCluster } from "../infra/cluster/cluster.ts";
import { MetricsServer } from "../infra/cluster/metrics-server.ts";
import { NodePools } from "../infra/cluster/node-pools.ts";
import { EncryptedStorage } from "../infra/cluster/storage-class.ts";
import { RegionKeys } from "../infra/keys/keys.ts";
import { RegionNetwork } from "../infra/network/vpc.ts";
import type { Tags } from "../infra/tags.ts";
import type { Settings } from "./settings.ts";

const logRetentionDays = 90;

/** What the rest of a region stands on. */
export interface Foundation {
  readonly network: RegionNetwork;
  readonly cluster: RegionCluster;
  readonly provider: kubernetes.Provider;
  readonly storageClassName: pulumi.Output<string>;
  /** Of the core servers' volumes. */
  readonly coreStorageClassName: string;
}

/** Keys, network, cluster, nodes and volumes of one region. */
export function foundation(
  settings: Settings,
  context: { plan: RegionPlan; accountId: pulumi.Input<string>; tags: Tags },
): Foundation {
  const { awsRegion, deletionProtection, stack } = settings;
  const { plan, accountId, tags } = context;
  const keys = new RegionKeys("keys", { awsRegion, accountId, tags, deletionProtection });
  const network = new RegionNetwork("network", {
    awsRegion,
    accountId,
    cidr: settings.cidr,
    logsKeyArn: keys.logsKeyArn,
    logRetentionDays,
    tags,
    deletionProtection,
  });
  const cluster = new RegionCluster("cluster", {
    awsRegion,
    clusterName: `sentinel-${stack}`,
    subnetIds: network.isolatedSubnetIds,
    secretsKeyArn: keys.secretsKeyArn,
    volumesKeyArn: keys.volumesKeyArn,
    logsKeyArn: keys.logsKeyArn,
    logRetentionDays,
    publicAccess: settings.publicEndpointCidrs,
    privateAccess: settings.privateEndpointCidrs,
    operators: settings.operatorRoleArns,
    viewers: settings.previewRoleArns,
    ...(settings.awsProfile !== undefined && { profile: settings.awsProfile }),
    tags,
    deletionProtection,
  });
  const provider = new kubernetes.Provider("cluster", {
    kubeconfig: cluster.kubeconfig,
    // Only a change of this replaces the provider and all that it made: never a new endpoint.
    clusterIdentifier: `sentinel-${stack}`,
    // A changed configuration is a change of its object, not a new object under another name.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
  const objects = { provider };
  const pools = new NodePools(
    "nodes",
    {
      instanceTypes: {
        core: plan.core.instanceType,
        edge: plan.edge.instanceType,
        apps: plan.appsInstanceType,
      },
      nodeRoleName: cluster.nodeRoleName,
      subnetIds: network.privateSubnetIds,
      securityGroupId: cluster.securityGroupId,
      volumesKeyArn: keys.volumesKeyArn,
    },
    objects,
  );
  const storage = new EncryptedStorage(
    "storage",
    { volumesKeyArn: keys.volumesKeyArn, coreDisk: plan.core.disk, deletionProtection },
    objects,
  );
  new MetricsServer(
    "metrics-server",
    { clusterName: cluster.clusterName, tags },
    { dependsOn: [pools] },
  );
  const { className: storageClassName, coreClassName: coreStorageClassName } = storage;
  return { network, cluster, provider, storageClassName, coreStorageClassName };
}
