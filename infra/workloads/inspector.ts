import * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../capacity/plan.ts";
import { statefulProcess } from "./stateful-process.ts";
import type { WorkloadArgs } from "./workload.ts";

export interface InspectorArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "inspector">;
}

/** Inspects what INGRESS holds; its replicas share the partitions. The rules are in its image. */
export class Inspector extends pulumi.ComponentResource {
  constructor(name: string, args: InspectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Inspector", name, {}, opts);
    const { pod, replicas, anomalyClients } = args.plan.inspector;
    statefulProcess({
      process: {
        workload: "inspector",
        args,
        size: pod,
        environment: { ANOMALY_CLIENTS: String(anomalyClients) },
      },
      replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
