import * as pulumi from "@pulumi/pulumi";
import { peersOf, type RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { statefulProcess } from "./stateful-process.ts";
import type { WorkloadArgs } from "./workload.ts";

export interface DeliveryArgs extends WorkloadArgs {
  readonly region: RegionName;
  readonly plan: Pick<RegionPlan, "delivery">;
}

/** Sends devices that come back what they missed; its replicas share them. */
export class Delivery extends pulumi.ComponentResource {
  constructor(name: string, args: DeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Delivery", name, {}, opts);
    const { pod, replicas, waitingDevices } = args.plan.delivery;
    statefulProcess({
      process: {
        workload: "delivery",
        args,
        size: pod,
        environment: {
          PEERS: peersOf(args.region).join(","),
          WAITING_DEVICES: String(waitingDevices),
        },
      },
      replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
