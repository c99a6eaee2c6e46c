import { peersOf } from "../app/contract/regions.ts";
import { devicePort } from "../infra/entrance/accelerator.ts";
import type { AliasTarget } from "../infra/entrance/alias-record.ts";
import { AcceleratorEndpoint } from "../infra/entrance/endpoint-group.ts";
import { PassthroughLoadBalancer } from "../infra/entrance/load-balancer.ts";
import { PublicNames } from "../infra/entrance/public-names.ts";
import { deviceHost, mqttPort, natsPorts, publisherHost } from "../infra/messaging/addresses.ts";
import type { Tags } from "../infra/tags.ts";
import type { Foundation } from "./foundation.ts";
import type { HomeOutputs } from "./outputs.ts";
import type { Settings } from "./settings.ts";

export const publisherPort = 8884;
const everywhere = "0.0.0.0/0";

export interface Entrances {
  readonly devices: PassthroughLoadBalancer;
  readonly leaf: PassthroughLoadBalancer;
  /** Undefined when the upstream broker is somebody else's. */
  readonly publishers: PassthroughLoadBalancer | undefined;
}

/** Where devices, publishers and the other regions come in. */
export function entrances(settings: Settings, base: Foundation, tags: Tags): Entrances {
  const { network, cluster } = base;
  const shared = {
    vpcId: network.vpcId,
    clusterName: cluster.clusterName,
    podSecurityGroupId: cluster.securityGroupId,
    // A zone that lost its servers is served by the others: that outweighs what AWS says against
    // it behind an accelerator, that two connections may meet with the same address and port.
    crossZone: true,
    tags,
    deletionProtection: settings.deletionProtection,
  };
  return {
    devices: new PassthroughLoadBalancer("devices", {
      ...shared,
      subnetIds: network.publicSubnetIds,
      exposure: "public",
      port: devicePort,
      targetPort: mqttPort,
      // The accelerator keeps the devices' own addresses, and devices are everywhere.
      admits: [everywhere],
      preserveClientIp: true,
    }),
    leaf: new PassthroughLoadBalancer("leaf", {
      ...shared,
      subnetIds: network.privateSubnetIds,
      exposure: "internal",
      port: natsPorts.leaf,
      targetPort: natsPorts.leaf,
      admits: peersOf(settings.stack).map((peer) => settings.fleet[peer].cidr),
      preserveClientIp: false,
    }),
    publishers:
      settings.upstream === "bundled"
        ? new PassthroughLoadBalancer("publishers", {
            ...shared,
            subnetIds: network.publicSubnetIds,
            exposure: "public",
            port: publisherPort,
            targetPort: mqttPort,
            admits: settings.publisherCidrs ?? [],
            preserveClientIp: true,
          })
        : undefined,
  };
}

/** The region's place behind the accelerator, and the names of what is open to the internet. */
export function publish(
  settings: Settings,
  made: Entrances,
  context: { home: HomeOutputs; accelerator: AliasTarget | undefined },
): PublicNames {
  const { awsRegion, stack, domain, hostedZoneId, trafficPercent } = settings;
  new AcceleratorEndpoint("accelerator-endpoint", {
    awsRegion,
    listenerArn: context.home.acceleratorListenerArn,
    loadBalancerArn: made.devices.arn,
    trafficPercent,
  });
  return new PublicNames("names", {
    ...(hostedZoneId !== undefined && { hostedZoneId }),
    targets: {
      ...(context.accelerator && { [deviceHost(domain)]: context.accelerator }),
      ...(made.publishers && { [publisherHost(stack, domain)]: made.publishers }),
    },
  });
}
