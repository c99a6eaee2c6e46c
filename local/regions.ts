import { rmSync } from "node:fs";
import { join } from "node:path";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import { type LinkedRegions, linkRegions } from "./linked-regions.ts";
import { ManagedProcess } from "./managed-process.ts";
import { findPorts } from "./ports.ts";
import { startRegion } from "./region.ts";
import { RegionLock } from "./region-lock.ts";
import { dynamodbSpec } from "./store-processes.ts";

/**
 * What a region has here where several share a machine: whatever an alert passes on its way from a
 * publisher to a device in any region, once, and three core servers, without which there is no edge.
 */
export const smallRegion = {
  core: 3,
  edges: 1,
  bridges: 1,
  inspectors: 1,
  auths: 1,
  deliveries: 1,
  menders: true,
} as const;

/** File in which the devices of all regions have their secrets. */
export const deviceSecrets = "device-credentials.jsonl";

/** In words, for who watches. */
export const scaledDown =
  "scaled down to fit one machine: in each region one edge, bridge, auth and inspector of each lane, and no console, meters, aggregators or fence; few devices, and a low rate";

/** Where most devices are, and where fewest. */
const shares: Readonly<Record<RegionName, number>> = {
  "us-east": 50,
  "eu-west": 30,
  "ap-south": 20,
};

/** How many of all devices each region has; each has at least one. */
export function spreadDevices(
  names: readonly RegionName[],
  devices: number,
): ReadonlyMap<RegionName, number> {
  const whole = names.reduce((sum, name) => sum + shares[name], 0);
  const spread = new Map(
    names.map((name) => [name, Math.max(1, Math.floor((devices * shares[name]) / whole))]),
  );
  const [first] = names;
  const given = [...spread.values()].reduce((sum, each) => sum + each, 0);
  if (first) spread.set(first, (spread.get(first) ?? 0) + Math.max(0, devices - given));
  return spread;
}

export interface Regions extends LinkedRegions {
  readonly names: readonly RegionName[];
}

/** Starts the first so many regions with their links, and one device table for all of them. */
export async function startRegions(options: {
  readonly count: number;
  /** Each region has a folder below it. */
  readonly directory: string;
  readonly fresh: boolean;
  readonly syncInterval: string;
  readonly logLevel: string;
  readonly onProgress: (line: string) => void;
}): Promise<Regions> {
  const { directory, fresh, syncInterval, logLevel, onProgress } = options;
  const names = regionNames.slice(0, options.count);
  const lock = new RegionLock(directory);
  lock.take();
  if (fresh) {
    for (const kept of ["dynamodb", deviceSecrets]) {
      rmSync(join(directory, kept), { recursive: true, force: true });
    }
  }
  const [port = 0] = await findPorts(1);
  const table = new ManagedProcess(
    dynamodbSpec({ directory: join(directory, "dynamodb"), port }),
    join(directory, "logs"),
  );
  const end = async () => {
    await table.stop();
    lock.release();
  };
  try {
    table.launch();
    lock.write(table.pid === undefined ? [] : [{ name: table.name, pid: table.pid }]);
    await table.ready();
    const linked = await linkRegions({
      ...{ names, core: smallRegion.core, certificates: join(directory, "certificates") },
      start: (links) =>
        startRegion({
          ...smallRegion,
          ...{ links, fresh, syncInterval, logLevel, sharedTable: port },
          directory: join(directory, links.region),
          onProgress: (line) => onProgress(`${links.region}: ${line}`),
        }),
    });
    const stop = async () => {
      await linked.stop();
      await end();
    };
    return { ...linked, names, stop };
  } catch (error) {
    await end();
    throw error;
  }
}
