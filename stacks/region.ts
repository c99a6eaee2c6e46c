import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { homeRegion } from "../app/contract/regions.ts";
import { billDifference, billOf } from "../infra/capacity/bill.ts";
import { planRegion } from "../infra/capacity/capacity.ts";
import { monthlyCost } from "../infra/capacity/cost.ts";
import type { Demand, RegionPlan, VolumeFloor } from "../infra/capacity/plan.ts";
import { deviceHost, publisherHost } from "../infra/messaging/addresses.ts";
import { imageRegistry } from "../infra/registry/image-repositories.ts";
import { stackTags } from "../infra/tags.ts";
import { entrances, publish } from "./entrances.ts";
import { foundation } from "./foundation.ts";
import { globals } from "./globals.ts";
import { links } from "./links.ts";
import type { RegionOutputs } from "./outputs.ts";
import { platform } from "./platform.ts";
import { readHome } from "./references.ts";
import { fleetOf, type Settings } from "./settings.ts";
import { billIn } from "./standing-bill.ts";
import { standingStack } from "./standing-stack.ts";
import { volumesIn } from "./standing-volumes.ts";
import { workloads } from "./workloads.ts";

/** One region, and in the home region also what exists once. Returns the stack's outputs. */
export async function region(settings: Settings): Promise<Record<string, unknown>> {
  const { stack, domain, awsRegion, deletionProtection } = settings;
  const standing = await standingStack();
  const demand = fleetOf(settings)[stack];
  const plan = planOn(volumesIn(standing), demand);
  const bill = billOf(monthlyCost(stack, demand, plan));
  if (pulumi.runtime.isDryRun()) pulumi.log.info(billDifference(billIn(standing), bill));
  const tags = stackTags(stack);
  const accountId = aws.getCallerIdentityOutput({}).accountId;
  const isHome = stack === homeRegion;

  // First, so that a home stack that is missing is found out before anything is made.
  const elsewhere = isHome ? undefined : await readHome();
  const base = foundation(settings, { plan, accountId, tags });
  const here = isHome ? globals(base.network, { accountId, tags, deletionProtection }) : undefined;
  const home = here?.outputs ?? elsewhere;
  if (!home) throw new Error(`${stack} knows no home stack`);

  const made = entrances(settings, base, tags);
  links(settings, { network: base.network, leaf: made.leaf, home, tags });
  const names = publish(settings, made, { home, accelerator: here?.accelerator });
  const cluster = platform(settings, base, { home, tags });
  const registry = accountId.apply((id) => imageRegistry(id, awsRegion));
  workloads({
    ...{ settings, plan, base, home, tags },
    platform: cluster,
    entrances: made,
    imageRegistry: registry,
  });

  const outputs: RegionOutputs = {
    devices: `mqtts://${deviceHost(domain)}:8883`,
    publishers: made.publishers && `mqtts://${publisherHost(stack, domain)}:8884`,
    recordsToCreate: names.toCreate,
    clusterName: base.cluster.clusterName,
    imageRegistry: registry,
    imageVersion: settings.images?.version,
    auditKeys: cluster.secrets.auditKeys,
    monthlyCostUsd: bill,
  };
  return { ...outputs, ...here?.outputs };
}

/** The plan on the volumes that there are. Where they are larger than need be, the preview says so. */
function planOn(standing: VolumeFloor, demand: Demand): RegionPlan {
  const [plan, needed] = [planRegion(demand, standing), planRegion(demand)];
  const volumes = [
    ["core servers", plan.core.volumeGiB, needed.core.volumeGiB],
    ["Mosquitto", plan.mosquitto?.volumeGiB ?? 0, needed.mosquitto?.volumeGiB ?? 0],
  ] as const;
  for (const [whose, stays, wanted] of volumes) {
    if (stays === wanted) continue;
    pulumi.log.info(
      `volumes of the ${whose} stay at ${stays} GiB: ${wanted} would do, and none can shrink`,
    );
  }
  return plan;
}
