import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RegionName, regionNames } from "../../app/contract/regions.ts";
import { type LinkedRegions, linkRegions } from "../../local/linked-regions.ts";
import { type RegionOptions, wholeRegion } from "../../local/region-options.ts";
import { startTestRegion } from "./test-region.ts";

export type { LinkedRegions } from "../../local/linked-regions.ts";

/** The least that can be linked: one server, and no process of ours. */
const bare = { core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 } as const;

/** Regions for one test file, with certificates that may be in their folder already, that are linked with each other over lines that can be cut. */
export async function startLinkedRegions(
  names: readonly RegionName[] = regionNames,
  options: Partial<RegionOptions> = bare,
  prepare: (certificates: string) => Promise<void> = async () => {},
): Promise<LinkedRegions> {
  const certificates = mkdtempSync(join(tmpdir(), "sentinel-certificates-"));
  const remove = () => rmSync(certificates, { recursive: true, force: true });
  try {
    await prepare(certificates);
    const linked = await linkRegions({
      ...{ names, certificates, core: options.core ?? wholeRegion.core },
      start: (links) => startTestRegion({ ...options, links }),
    });
    const stop = async () => {
      await linked.stop();
      remove();
    };
    return { ...linked, stop };
  } catch (error) {
    remove();
    throw error;
  }
}
