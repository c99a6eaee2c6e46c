import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peersOf, type RegionName, regionNames } from "../../app/contract/regions.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";
import { type Link, layLink } from "./link.ts";
import { startTestRegion } from "./test-region.ts";

export interface ThreeRegions {
  of(region: RegionName): Region;
  /** Where a region takes its peers' links. */
  leafPort(region: RegionName): number;
  /** The line over which one region reads another's alerts. */
  link(reader: RegionName, origin: RegionName): Link;
  stop(): Promise<void>;
}

/** Three regions of one server each, linked over lines that can be cut; no process of ours runs. */
export async function startThreeRegions(): Promise<ThreeRegions> {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-certificates-"));
  await ensureCertificates(directory);
  const ports = await findPorts(regionNames.length);
  const leafPort = (region: RegionName) => ports[regionNames.indexOf(region)] ?? 0;
  const links = new Map<string, Link>();
  for (const reader of regionNames) {
    for (const origin of peersOf(reader)) {
      links.set(`${reader} ${origin}`, await layLink(leafPort(origin)));
    }
  }
  const link = (reader: RegionName, origin: RegionName) => {
    const found = links.get(`${reader} ${origin}`);
    if (!found) throw new Error(`there is no line from ${reader} to ${origin}`);
    return found;
  };
  const none = { core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 } as const;
  const start = (region: RegionName) =>
    startTestRegion({
      ...none,
      links: {
        region,
        listen: [leafPort(region)],
        peers: peersOf(region).map((peer) => ({ region: peer, port: link(region, peer).port })),
        certificates: directory,
      },
    });
  const started = await Promise.allSettled(regionNames.map(start));
  const regions = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const stop = async () => {
    await Promise.all(regions.map((region) => region.stop()));
    await Promise.all([...links.values()].map((each) => each.close()));
    rmSync(directory, { recursive: true, force: true });
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const of = (name: RegionName) => {
    const found = regions[regionNames.indexOf(name)];
    if (!found) throw new Error(`${name} was not started`);
    return found;
  };
  return { of, leafPort, link, stop };
}
