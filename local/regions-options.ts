import { InvalidArgumentError } from "commander";
import { type RegionName, regionNames } from "../app/contract/regions.ts";

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

/** A region whose processes are all killed at once, and after how many seconds it is started again. */
export interface Kill {
  readonly region: RegionName;
  readonly seconds: number;
}

/** How long everything flows before a link is cut or a region killed, in seconds. */
export const undisturbed = 10;
/** What is left of a run after a link is back, and after a region is started again, in seconds. */
const afterCut = 10;
const afterKill = 60;

const isRegion = (name: string): name is RegionName => regionNames.some((each) => each === name);

/** @throws InvalidArgumentError unless it is `us-east:eu-west` and a duration. */
export function parseCut(
  [between = "", duration, ...rest]: readonly string[],
  secondsOf: (duration: string) => number,
): Cut {
  const [a = "", b = "", ...more] = between.split(":");
  const known = isRegion(a) && isRegion(b) && a !== b && more.length === 0;
  if (duration === undefined || rest.length > 0 || !known) {
    throw new InvalidArgumentError(
      `--cut must be two different regions of ${regionNames.join(", ")} and a duration, such as us-east:eu-west 20s.`,
    );
  }
  return { between: [a, b], seconds: secondsOf(duration) };
}

/** @throws InvalidArgumentError unless it is a region and a duration. */
export function parseKill(
  [region = "", duration, ...rest]: readonly string[],
  secondsOf: (duration: string) => number,
): Kill {
  if (duration === undefined || rest.length > 0 || !isRegion(region)) {
    throw new InvalidArgumentError(
      `--kill must be one of ${regionNames.join(", ")} and a duration, such as eu-west 20s.`,
    );
  }
  return { region, seconds: secondsOf(duration) };
}

interface Disturbed {
  readonly cut?: Cut;
  readonly kill?: Kill;
  readonly regions?: number;
  readonly for?: number;
  readonly load?: boolean;
}

/** What of a cut or a kill does not go with the rest; undefined when all does. */
export function disturbanceTrouble(options: Disturbed): string | undefined {
  const { cut, kill, regions = 1, for: runSeconds, load = true } = options;
  if (cut && kill) return "--cut and --kill do not go together";
  const [option, names, seconds] = cut
    ? (["--cut", cut.between, undisturbed + cut.seconds + afterCut] as const)
    : ([
        "--kill",
        kill ? [kill.region] : [],
        undisturbed + (kill?.seconds ?? 0) + afterKill,
      ] as const);
  if (names.length === 0) return undefined;
  const running = regionNames.slice(0, regions);
  const absent = names.find((name) => !running.includes(name));
  if (regions === 1) return `${option} needs --regions`;
  if (!load)
    return `${option} shows what becomes of alerts that flow, and does not go with --no-load`;
  if (absent !== undefined) {
    return `${option} names ${absent}, which does not run; there are ${running.join(", ")}`;
  }
  if (runSeconds !== undefined && runSeconds < seconds) {
    return `--for must be ${seconds}s at least with this ${option}: it begins after ${undisturbed} s, and what was held back must have time to come`;
  }
  return undefined;
}
