import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peersOf, type RegionName, regionNames } from "../../app/contract/regions.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";
import { type RegionOptions, wholeRegion } from "../../local/region-options.ts";
import { type Link, layLink } from "./link.ts";
import { startTestRegion } from "./test-region.ts";

export interface LinkedRegions {
  of(region: RegionName): Region;
  /** Where a region takes its peers' links. */
  leafPort(region: RegionName): number;
  /** The line over which one region reads another's alerts. */
  link(reader: RegionName, origin: RegionName): Link;
  stop(): Promise<void>;
}

/** The least that can be linked: one server, and no process of ours. */
const bare = { core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 } as const;

/** Regions that are linked with each other over lines that can be cut. */
export async function startLinkedRegions(
  names: readonly RegionName[] = regionNames,
  options: Partial<RegionOptions> = bare,
): Promise<LinkedRegions> {
  const core = options.core ?? wholeRegion.core;
  const others = (region: RegionName) => peersOf(region).filter((peer) => names.includes(peer));
  const directory = mkdtempSync(join(tmpdir(), "sentinel-certificates-"));
  await ensureCertificates(directory);
  const ports = await findPorts(names.length * core);
  const leafPorts = (region: RegionName) => {
    const first = names.indexOf(region) * core;
    return ports.slice(first, first + core);
  };
  const leafPort = (region: RegionName) => leafPorts(region)[0] ?? 0;
  const links = new Map<string, Link>();
  for (const reader of names) {
    for (const origin of others(reader)) {
      links.set(`${reader} ${origin}`, await layLink(leafPort(origin)));
    }
  }
  const link = (reader: RegionName, origin: RegionName) => {
    const found = links.get(`${reader} ${origin}`);
    if (!found) throw new Error(`there is no line from ${reader} to ${origin}`);
    return found;
  };
  const start = (region: RegionName) =>
    startTestRegion({
      ...options,
      links: {
        region,
        listen: leafPorts(region),
        peers: others(region).map((peer) => ({ region: peer, port: link(region, peer).port })),
        certificates: directory,
      },
    });
  const started = await Promise.allSettled(names.map(start));
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
    const found = regions[names.indexOf(name)];
    if (!found) throw new Error(`${name} was not started`);
    return found;
  };
  return { of, leafPort, link, stop };
}
