import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { homeRegion, type RegionName } from "../app/contract/regions.ts";
import type { PeeringSide } from "../infra/network/peering.ts";
import { zoneIds } from "../infra/network/zones.ts";
import { awsRegions } from "../infra/regions.ts";
import { type HomeOutputs, homeOutputNames } from "./outputs.ts";

/**
 * What exists once, from the stack that made it.
 *
 * An output that the home stack does not have yet is an error here, which says what to do, and not
 * an undefined that some resource refuses later.
 */
export async function readHome(): Promise<HomeOutputs> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${homeRegion}`;
  await mustExist(name);
  const stack = new pulumi.StackReference(name);
  const entries = homeOutputNames.map((name) => [
    name,
    stack.getOutput(name).apply((value) => {
      if (value !== undefined || pulumi.runtime.isDryRun()) return value;
      throw new pulumi.RunError(
        `stack ${homeRegion} has no output "${name}"; run "pulumi up --stack ${homeRegion}" first`,
      );
    }),
  ]);
  return Object.fromEntries(entries) as unknown as HomeOutputs;
}

/** A StackReference that fails ends the program with the engine's words and no advice. */
async function mustExist(name: string): Promise<void> {
  try {
    await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
  } catch {
    throw new pulumi.RunError(
      `stack ${homeRegion} does not exist yet, and every other stack refers to it; run "pulumi up --stack ${homeRegion}" first`,
    );
  }
}

/**
 * The network of a region that was stood up before this one. The home region's comes with its
 * outputs. Others are found by their tags, since only the home stack is referred to.
 */
export function peerNetwork(peer: RegionName, cidr: string, home: HomeOutputs): PeeringSide {
  const awsRegion = awsRegions[peer];
  if (peer === homeRegion) {
    return {
      awsRegion,
      cidr,
      vpcId: home.vpcId,
      routeTableIds: zoneIds[awsRegion].map((_, zone) =>
        home.privateRouteTableIds.apply((ids) => ids[zone] ?? ""),
      ),
    };
  }
  const tags = { "sentinel:stack": peer };
  const vpcId = aws.ec2.getVpcOutput({ region: awsRegion, tags }).id;
  const routeTableIds = zoneIds[awsRegion].map(
    (_, zone) =>
      aws.ec2.getRouteTableOutput({
        region: awsRegion,
        vpcId,
        tags: { ...tags, "sentinel:tier": "private", "sentinel:zone": String(zone) },
      }).id,
  );
  return { awsRegion, cidr, vpcId, routeTableIds };
}
