import * as pulumi from "@pulumi/pulumi";
import type { SignaturePolicy } from "../../app/contract/alert-signature.ts";
import type { Lane } from "../../app/contract/lanes.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { statefulProcess } from "./stateful-process.ts";
import { auditKeyFiles, type WorkloadArgs } from "./workload.ts";

export interface InspectorArgs extends WorkloadArgs {
  /** Whose log its replicas read; the workload is called as the lane's processes are. */
  readonly lane: Lane;
  /** What becomes of alerts that no known publisher has signed. */
  readonly signatures: SignaturePolicy;
  /** What publishers sign along. */
  readonly region: RegionName;
  readonly plan: Pick<RegionPlan, "inspector" | "reportInspector">;
}

/** Inspects what a lane's log holds; its replicas share the partitions. The rules are in its image. */
export class Inspector extends pulumi.ComponentResource {
  constructor(name: string, args: InspectorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Inspector", name, {}, opts);
    const { lane, plan, signatures, region } = args;
    const planned = { alerts: plan.inspector, reports: plan.reportInspector }[lane.name];
    statefulProcess({
      process: {
        workload: lane.process,
        args,
        size: planned.pod,
        environment: {
          LANE: lane.name,
          ANOMALY_CLIENTS: String(planned.anomalyClients),
          // Devices prove who they are when they connect.
          ...(lane.name === "alerts" && { SIGNATURES: signatures, REGION: region }),
          ...auditKeyFiles,
        },
      },
      replicas: planned.replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
