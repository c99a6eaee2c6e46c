import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Region, startRegion } from "../../local/region.ts";
import { type RegionOptions, wholeRegion } from "../../local/region-options.ts";

/** A region of its own for one test file: free ports, a temporary directory that `stop` removes. No console, no meters, no menders, no aggregators, no synthetic attacks, nobody who sends devices what they missed, no fence. */
export async function startTestRegion(options: Partial<RegionOptions> = {}): Promise<Region> {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-test-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const region = await startRegion({
      ...wholeRegion,
      console: false,
      meters: 0,
      menders: false,
      deliveries: 0,
      fence: false,
      aggregators: 0,
      canarySeconds: 86_400,
      directory,
      ...options,
    });
    const stop = async () => {
      await region.stop();
      if (process.env["KEEP_TEST_REGIONS"] === undefined) remove();
    };
    return { ...region, stop };
  } catch (error) {
    remove();
    throw error;
  }
}
