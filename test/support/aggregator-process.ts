import type { Region } from "../../local/region.ts";
import { type SourceProcess, sourceProcess } from "./source-process.ts";

/** An aggregator run from its sources beside a region, with settings of its own. */
export const aggregatorProcess = (
  region: Region,
  replica: string,
  settings: Record<string, string> = {},
): Promise<SourceProcess> =>
  sourceProcess(region, {
    process: "aggregator",
    replica,
    settings: { REGION: "local", ...settings },
  });
