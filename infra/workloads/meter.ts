import * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../capacity/plan.ts";
import { statefulProcess } from "./stateful-process.ts";
import type { WorkloadArgs } from "./workload.ts";

export interface MeterArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "meter">;
}

/** Counts what devices send; each of its replicas counts everything. */
export class Meter extends pulumi.ComponentResource {
  constructor(name: string, args: MeterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Meter", name, {}, opts);
    const { pod, replicas, devices } = args.plan.meter;
    statefulProcess({
      process: {
        workload: "meter",
        args,
        size: pod,
        environment: { METERED_DEVICES: String(devices) },
      },
      replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
