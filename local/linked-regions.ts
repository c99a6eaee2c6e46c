import { peersOf, type RegionName } from "../app/contract/regions.ts";
import { ensureCertificates } from "./certificates.ts";
import { type Link, layLink } from "./link.ts";
import { findPorts } from "./ports.ts";
import type { Region } from "./region.ts";
import type { Links } from "./region-options.ts";

export interface LinkedRegions {
  of(region: RegionName): Region;
  /** Where a region takes its peers' links. */
  leafPort(region: RegionName): number;
  /** The line over which one region reads another's alerts. */
  link(reader: RegionName, origin: RegionName): Link;
  stop(): Promise<void>;
}

export interface LinkingOptions {
  readonly names: readonly RegionName[];
  /** Core servers of each region. */
  readonly core: number;
  /** Folder of the certificates that all of them share. */
  readonly certificates: string;
  readonly start: (links: Links) => Promise<Region>;
}

/** Starts regions side by side that are linked with each other over lines that can be cut; all or none. */
export async function linkRegions(options: LinkingOptions): Promise<LinkedRegions> {
  const { names, core, certificates } = options;
  const others = (region: RegionName) => peersOf(region).filter((peer) => names.includes(peer));
  await ensureCertificates(certificates);
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
    options.start({
      region,
      listen: leafPorts(region),
      peers: others(region).map((peer) => ({ region: peer, port: link(region, peer).port })),
      certificates,
    });
  const started = await Promise.allSettled(names.map(start));
  const regions = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const stop = async () => {
    await Promise.all(regions.map((region) => region.stop()));
    await Promise.all([...links.values()].map((each) => each.close()));
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
