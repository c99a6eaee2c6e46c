import { InvalidArgumentError } from "commander";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import type { UpOptions } from "./options.ts";

/** A link between two regions that is to be cut, and for how many seconds. */
export interface Cut {
  readonly between: readonly [RegionName, RegionName];
  readonly seconds: number;
}

/** What is asked for where several regions share the machine, unless it is said otherwise. */
export const regionalDefaults = {
  ...{ rate: 60, devices: 100, reportRate: 3 },
  directory: ".local/regions",
} as const;

/** How long everything flows before a link is cut, and after it is back, in seconds. */
export const beforeCut = 10;
export const afterCut = 10;

const isRegion = (name: string): name is RegionName => regionNames.some((each) => each === name);

/** @throws InvalidArgumentError unless it is `us-east:eu-west` and a duration. */
export function parseCut(
  [between = "", duration, ...rest]: readonly string[],
  secondsOf: (duration: string) => number,
): Cut {
  const [a = "", b = "", ...more] = between.split(":");
  if (
    duration === undefined ||
    rest.length > 0 ||
    more.length > 0 ||
    !isRegion(a) ||
    !isRegion(b) ||
    a === b
  ) {
    throw new InvalidArgumentError(
      `--cut must be two different regions of ${regionNames.join(", ")} and a duration, such as us-east:eu-west 20s.`,
    );
  }
  return { between: [a, b], seconds: secondsOf(duration) };
}

/** What of a cut does not go with the rest; undefined when all does. */
export function cutTrouble(
  { between, seconds }: Cut,
  {
    regions = 1,
    for: runSeconds,
    load = true,
  }: Pick<UpOptions, "regions" | "for"> & Partial<Pick<UpOptions, "load">>,
): string | undefined {
  const running = regionNames.slice(0, regions);
  const absent = between.find((name) => !running.includes(name));
  if (regions === 1) return "--cut needs --regions";
  if (!load) return "--cut shows what becomes of alerts that flow, and does not go with --no-load";
  if (absent !== undefined)
    return `--cut names ${absent}, which does not run; there are ${running.join(", ")}`;
  const least = beforeCut + seconds + afterCut;
  if (runSeconds !== undefined && runSeconds < least) {
    return `--for must be ${least}s at least, so that the link is cut after ${beforeCut} s, for ${seconds} s, and what was held back can come`;
  }
  return undefined;
}
