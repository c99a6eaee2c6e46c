import * as pulumi from "@pulumi/pulumi";
import type { RegionName } from "../../app/contract/regions.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { statefulProcess } from "./stateful-process.ts";
import { auditKeyFiles, type WorkloadArgs } from "./workload.ts";

export interface ArchiveArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "archive">;
  /** Whose records it archives. */
  readonly region: RegionName;
  readonly bucketName: pulumi.Input<string>;
  /** Where the bucket is: at home, wherever this runs. */
  readonly bucketRegion: string;
}

/** Also its service account, to which Pod Identity gives the right to add to the archive. */
export const archiveWorkload = "archive";

/** Copies AUDIT into the archive. One is enough: what it has not archived waits in AUDIT. */
export class Archive extends pulumi.ComponentResource {
  constructor(name: string, args: ArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Archive", name, {}, opts);
    const { pod, replicas } = args.plan.archive;
    statefulProcess({
      process: {
        workload: archiveWorkload,
        args,
        size: pod,
        awsRights: true,
        environment: {
          ...auditKeyFiles,
          ARCHIVE_REGION: args.region,
          ARCHIVE_BUCKET: args.bucketName,
          AWS_REGION: args.bucketRegion,
        },
      },
      replicas,
      parent: this,
    });
    this.registerOutputs({});
  }
}
