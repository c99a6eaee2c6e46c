import { homeRegion, type RegionName, regionNames } from "../app/contract/regions.ts";
import { AliasRecord, type AliasTarget } from "../infra/entrance/alias-record.ts";
import { ZoneMembership } from "../infra/identity/private-zone.ts";
import { RegionPeering } from "../infra/network/peering.ts";
import type { RegionNetwork } from "../infra/network/vpc.ts";
import { leafHost } from "../infra/regions.ts";
import type { Tags } from "../infra/tags.ts";
import type { HomeOutputs } from "./outputs.ts";
import { peerNetwork } from "./references.ts";
import type { Settings } from "./settings.ts";

/** Regions that were there when this one is stood up: it makes the peerings with them. */
export const olderThan = (region: RegionName): readonly RegionName[] =>
  regionNames.slice(0, regionNames.indexOf(region));

/** The private ways to the other regions, and the name under which they find this one. */
export function links(
  settings: Settings,
  context: { network: RegionNetwork; leaf: AliasTarget; home: HomeOutputs; tags: Tags },
): void {
  const { stack, awsRegion, cidr, fleet } = settings;
  const { network, leaf, home, tags } = context;
  for (const peer of olderThan(stack)) {
    new RegionPeering(`peering-${peer}`, {
      here: {
        awsRegion,
        cidr,
        vpcId: network.vpcId,
        routeTableIds: network.privateRouteTableIds,
      },
      there: peerNetwork(peer, fleet[peer].cidr, home),
      tags,
    });
  }
  if (stack !== homeRegion) {
    new ZoneMembership("private-zone", {
      zoneId: home.privateZoneId,
      awsRegion,
      vpcId: network.vpcId,
    });
  }
  new AliasRecord("leaf", { zoneId: home.privateZoneId, host: leafHost(stack), target: leaf });
}
