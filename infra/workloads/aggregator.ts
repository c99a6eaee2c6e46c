import * as pulumi from "@pulumi/pulumi";
import type { Enforcement } from "../../app/contract/enforcement.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { receiversFile } from "../platform/service-secrets.ts";
import { statefulProcess } from "./stateful-process.ts";
import { secretFile, type WorkloadArgs } from "./workload.ts";

export interface AggregatorArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "aggregator">;
  /** What its incidents say where they are from. */
  readonly region: RegionName;
  readonly enforcement: Pick<Enforcement, "risk" | "halfLifeMinutes">;
}

/** Makes incidents of findings. Two: one counts, the other waits for its turn. */
export class Aggregator extends pulumi.ComponentResource {
  constructor(name: string, args: AggregatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Aggregator", name, {}, opts);
    const { pod, replicas, groups } = args.plan.aggregator;
    statefulProcess({
      process: {
        workload: "aggregator",
        args,
        size: pod,
        environment: {
          REGION: args.region,
          GROUP_LIMIT: String(groups),
          BAR_RISK: String(args.enforcement.risk),
          RISK_HALF_LIFE_SECONDS: String(60 * args.enforcement.halfLifeMinutes),
          RECEIVERS_FILE: secretFile(receiversFile),
        },
      },
      replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
