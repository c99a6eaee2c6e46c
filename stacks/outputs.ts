import type * as pulumi from "@pulumi/pulumi";
import type { Bill } from "../infra/capacity/bill.ts";

/**
 * What the home stack gives to the others. The names are a contract between deployed stacks: a
 * changed one needs a line in the changelog, and every stack's `up` in the order of the regions.
 */
export interface HomeOutputs {
  readonly acceleratorListenerArn: pulumi.Output<string>;
  readonly deviceTableName: pulumi.Output<string>;
  readonly deviceTableArn: pulumi.Output<string>;
  /** By AWS region. */
  readonly deviceTableKeyArns: pulumi.Output<Record<string, string>>;
  /** Where every region archives its audit, below its own name. */
  readonly auditArchiveBucket: pulumi.Output<string>;
  readonly auditArchiveKeyArn: pulumi.Output<string>;
  readonly internalCaCertificate: pulumi.Output<string>;
  /** Secret. */
  readonly internalCaKey: pulumi.Output<string>;
  readonly privateZoneId: pulumi.Output<string>;
  readonly vpcId: pulumi.Output<string>;
  /** One per zone. */
  readonly privateRouteTableIds: pulumi.Output<string[]>;
}

export const homeOutputNames = [
  "acceleratorListenerArn",
  "deviceTableName",
  "deviceTableArn",
  "deviceTableKeyArns",
  "auditArchiveBucket",
  "auditArchiveKeyArn",
  "internalCaCertificate",
  "internalCaKey",
  "privateZoneId",
  "vpcId",
  "privateRouteTableIds",
] as const satisfies readonly (keyof HomeOutputs)[];

/** What every stack tells the person who stood it up. */
export interface RegionOutputs {
  readonly devices: string;
  readonly publishers: string | undefined;
  /** DNS records that somebody has to make by hand, unless the settings name a hosted zone. */
  readonly recordsToCreate: pulumi.Output<string[]>;
  readonly clusterName: pulumi.Output<string>;
  readonly imageRegistry: pulumi.Output<string>;
  /** What runs of our own processes. A preview takes it, so that it shows no other images. */
  readonly imageVersion: string | undefined;
  /** What `sentinel audit verify` takes as AUDIT_KEYS_FILE. */
  readonly auditKeys: pulumi.Output<string>;
  /** What the next preview compares its own with. */
  readonly monthlyCostUsd: Bill;
}
