import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { type DeviceAuth, deviceAuths } from "../app/contract/device.ts";
import { defaultSyncInterval } from "./region-options.ts";
import {
  type Cut,
  disturbanceTrouble,
  type Kill,
  parseCut,
  parseKill,
  regionalDefaults,
} from "./regions-options.ts";

export interface UpOptions {
  /** Seconds; undefined runs until it is stopped. */
  readonly for?: number;
  readonly rate: number;
  readonly devices: number;
  readonly reportRate: number;
  readonly deviceAuth: DeviceAuth;
  readonly directory: string;
  readonly basePort?: number;
  readonly fresh?: boolean;
  readonly archive?: boolean;
  readonly watch?: boolean;
  readonly load: boolean;
  readonly confirm?: boolean;
  readonly strict?: boolean;
  readonly syncInterval: string;
  readonly logLevel: string;
  readonly json?: string;
  /** Undefined: one. */
  readonly regions?: number;
  readonly cut?: Cut;
  readonly kill?: Kill;
}

/** What takes the place of the defaults that the help shows. */
const regionalWords = `then the defaults are --rate ${regionalDefaults.rate}, --devices ${regionalDefaults.devices}, --report-rate ${regionalDefaults.reportRate}, --directory ${regionalDefaults.directory}`;

type Words = Readonly<Record<"cut" | "kill", readonly string[] | undefined>>;

function whole(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600 };

export function parseDuration(text: string): number {
  const [, digits, unit = ""] = /^(\d+)([smh])$/.exec(text) ?? [];
  const seconds = Number(digits) * (unitSeconds[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("It must be a number with s, m or h, such as 30s.");
}

/** Where regions are several, fewer devices and a lower rate fit the machine. */
function withRegions(command: Command): UpOptions {
  const { cut, kill, ...options } = command.opts<Omit<UpOptions, keyof Words> & Words>();
  const { regions } = options;
  const unsaid = Object.entries(regionalDefaults).filter(
    ([name]) => regions !== undefined && command.getOptionValueSource(name) === "default",
  );
  const settled = {
    ...options,
    ...Object.fromEntries(unsaid),
    ...(cut && { cut: parseCut(cut, parseDuration) }),
    ...(kill && { kill: parseKill(kill, parseDuration) }),
  };
  const trouble = disturbanceTrouble(settled);
  if (trouble !== undefined) throw new InvalidArgumentError(`${trouble}.`);
  return settled;
}

export function parseOptions(argv: readonly string[]): UpOptions {
  const command = upCommand().parse([...argv], { from: "user" });
  try {
    return withRegions(command);
  } catch (error) {
    return command.error(`error: ${(error as Error).message}`);
  }
}

function upCommand(): Command {
  return new Command("make up")
    .usage('ARGS="[options]"')
    .description(
      "Runs a whole region on this machine (NATS core and edge, Mosquitto, a DynamoDB emulator and every\nprocess of MQTT Sentinel, with TLS) under a simulated load, and shows what flows.",
    )
    .option(
      "--for <duration>",
      "end by itself after 30s, 5m or 1h; exit code 1 when anything was lost, misdelivered or out of order",
      parseDuration,
    )
    .option("--rate <n>", "alerts a second", whole(1, 100_000), 600)
    .option("--devices <n>", "devices, each with a TLS connection", whole(1, 15_000), 1000)
    .option(
      "--report-rate <n>",
      "reports a second that the devices send, one in ten an attack",
      whole(0, 10_000),
      5,
    )
    .option("--strict", "exit code 1 as well when delivery is slower than its target")
    .addOption(
      new Option("--device-auth <proof>", "what devices prove themselves with")
        .choices(deviceAuths)
        .default("secret"),
    )
    .option(
      "--archive",
      "archive the audit too, in an emulator of Amazon S3 (needs Python; 80 MB of memory)",
    )
    .option(
      "--watch",
      "run Alertmanager and Prometheus, too, with the product's own rules: incidents and alerts arrive there",
    )
    .option(
      "--confirm",
      "publish by the library that keeps alerts until they are confirmed as stored",
    )
    .option("--no-load", "start the region only")
    .option(
      "--directory <path>",
      "where certificates, secrets, stores and logs are kept",
      ".local/region",
    )
    .option("--fresh", "drop what an earlier run stored")
    .option(
      "--base-port <n>",
      "fixed ports from here on: Mosquitto, the edges' MQTT, the API, the rest",
      whole(1024, 65_000),
    )
    .option(
      "--sync-interval <when>",
      "when nats-server forces messages to disk: always, as in the cloud, or a duration",
      defaultSyncInterval,
    )
    .addOption(
      new Option("--log-level <level>", "of the processes")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .option("--json <file>", "write the summary there as well")
    .addOption(
      new Option(
        "--regions <n>",
        `run so many regions, linked and each scaled down, with devices spread 50/30/20 and alerts entering in all; ${regionalWords}`,
      )
        .argParser(whole(2, 3))
        .conflicts(["basePort", "archive", "watch", "confirm", "deviceAuth", "strict"]),
    )
    .option(
      "--cut <link...>",
      "with --regions: cut a link while alerts flow, such as us-east:eu-west 20s",
    )
    .option(
      "--kill <region...>",
      "with --regions: kill every process of a region while alerts flow, and start it again, such as eu-west 20s",
    )
    .addHelpText(
      "after",
      `\nThis machine has ${availableParallelism()} processors, which everything shares.`,
    );
}
