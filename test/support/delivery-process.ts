import type { Region } from "../../local/region.ts";
import { type SourceProcess, sourceProcess } from "./source-process.ts";

/** Who sends devices what they missed, run from its sources beside a region, with settings of its own. */
export async function startDelivery(
  region: Region,
  replica: string,
  settings: Record<string, string> = {},
): Promise<SourceProcess> {
  const delivery = await sourceProcess(region, { process: "delivery", replica, settings });
  await delivery.start();
  return delivery;
}
