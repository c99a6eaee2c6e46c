/** `make capacity`: what the stack files plan for, and what it costs. */
import { join } from "node:path";
import { regionNames } from "../app/contract/regions.ts";
import { type CapacityOptions, parseCapacityOptions } from "../infra/capacity/capacity-options.ts";
import { capacitySummary } from "../infra/capacity/capacity-summary.ts";
import {
  capacityTables,
  estimateOf,
  type RegionEstimate,
} from "../infra/capacity/capacity-table.ts";
import { fleetOf, parseSettings } from "../stacks/settings.ts";
import { readStackFile, type StackFiles } from "../stacks/stack-files.ts";

const root = join(import.meta.dirname, "..");

/** The stack files, with what the command line says instead. */
function stackFiles(options: CapacityOptions): StackFiles {
  const instead = {
    ...(options.clients !== undefined && { "sentinel:clients": options.clients }),
    ...(options.alertsPerSecond !== undefined && {
      "sentinel:alertsPerSecond": options.alertsPerSecond,
    }),
  };
  return Object.fromEntries(
    regionNames.map((name) => {
      const file = readStackFile(root, name);
      return [name, file && { ...file, ...instead }];
    }),
  ) as StackFiles;
}

function report(estimates: readonly RegionEstimate[], { json, markdown }: CapacityOptions) {
  if (json) return `${JSON.stringify(estimates, null, 2)}\n`;
  return markdown ? capacitySummary(estimates) : capacityTables(estimates);
}

function run(options: CapacityOptions) {
  const fleet = fleetOf(parseSettings(options.stack ?? "us-east", stackFiles(options)));
  const regions = options.stack ? [options.stack] : regionNames;
  const estimates = regions.map((region) => estimateOf(region, fleet[region]));
  process.stdout.write(report(estimates, options));
}

try {
  run(parseCapacityOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`make capacity: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
