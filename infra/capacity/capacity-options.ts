import { Command, InvalidArgumentError, Option } from "commander";
import { type RegionName, regionNames } from "../../app/contract/regions.ts";

export interface CapacityOptions {
  /** Undefined shows all three. */
  readonly stack?: RegionName;
  readonly clients?: number;
  readonly alertsPerSecond?: number;
  readonly json?: true;
  readonly markdown?: true;
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

export function parseCapacityOptions(argv: readonly string[]): CapacityOptions {
  return new Command("make capacity")
    .usage('ARGS="[options]"')
    .description(
      "Shows what the stack files plan for: servers, instance types, volumes, replicas and the monthly\ncost of each region, and beside it what the same load costs on AWS IoT Core. Needs no cloud account.",
    )
    .addOption(new Option("--stack <region>", "one region only").choices(regionNames))
    .option("--clients <n>", "devices of all regions together, instead of the files'", positive)
    .option("--alerts-per-second <n>", "alerts into all regions, instead of the files'", positive)
    .addOption(new Option("--json", "the same as JSON").conflicts("markdown"))
    .option("--markdown", "the few figures that the README shows")
    .parse([...argv], { from: "user" })
    .opts<CapacityOptions>();
}
