import * as pulumi from "@pulumi/pulumi";
import { auditDays } from "../app/contract/limits.ts";
import { homeRegion, peersOf, regionNames } from "../app/contract/regions.ts";
import { AuditArchive } from "../infra/audit/audit-archive.ts";
import { GlobalAccelerator } from "../infra/entrance/accelerator.ts";
import type { AliasTarget } from "../infra/entrance/alias-record.ts";
import { CertificateAuthority } from "../infra/identity/certificate-authority.ts";
import { DeviceTable } from "../infra/identity/device-table.ts";
import { PrivateZone } from "../infra/identity/private-zone.ts";
import { HomeKeys } from "../infra/keys/home-keys.ts";
import type { RegionNetwork } from "../infra/network/vpc.ts";
import { awsRegions } from "../infra/regions.ts";
import { ImageRepositories } from "../infra/registry/image-repositories.ts";
import type { Tags } from "../infra/tags.ts";
import type { HomeOutputs } from "./outputs.ts";
import { imageNames } from "./settings-schema.ts";

/** What exists once, in the home stack. */
export interface Globals {
  readonly outputs: HomeOutputs;
  readonly accelerator: AliasTarget;
}

/** The accelerator, the device table, the internal CA, the private zone, images and archive. */
export function globals(
  network: RegionNetwork,
  context: { accountId: pulumi.Input<string>; tags: Tags; deletionProtection: boolean },
): Globals {
  const { accountId, tags, deletionProtection } = context;
  const home = awsRegions[homeRegion];
  const protection = { tags, deletionProtection };
  const keys = new HomeKeys("global-keys", {
    homeRegion: home,
    tableRegions: regionNames.map((name) => awsRegions[name]),
    accountId,
    ...protection,
  });
  const table = new DeviceTable("registry", {
    homeRegion: home,
    keyArns: keys.deviceTableKeyArns,
    ...protection,
  });
  const accelerator = new GlobalAccelerator("accelerator", protection);
  const authority = new CertificateAuthority("internal-ca", { deletionProtection });
  const zone = new PrivateZone("private-zone", {
    homeRegion: home,
    homeVpcId: network.vpcId,
    tags,
  });
  const archive = new AuditArchive("audit", {
    keyArn: keys.auditKeyArn,
    retentionDays: auditDays,
    ...protection,
  });
  new ImageRepositories("images", {
    homeRegion: home,
    copyRegions: peersOf(homeRegion).map((name) => awsRegions[name]),
    processes: imageNames,
    accountId,
    tags,
  });
  return {
    accelerator,
    outputs: {
      acceleratorListenerArn: accelerator.listenerArn,
      deviceTableName: table.tableName,
      deviceTableArn: table.tableArn,
      auditArchiveBucket: archive.bucketName,
      auditArchiveKeyArn: keys.auditKeyArn,
      deviceTableKeyArns: pulumi.output(Object.fromEntries(keys.deviceTableKeyArns)),
      internalCaCertificate: authority.certificatePem,
      internalCaKey: authority.privateKeyPem,
      privateZoneId: zone.zoneId,
      vpcId: network.vpcId,
      privateRouteTableIds: pulumi.all([...network.privateRouteTableIds]),
    },
  };
}
