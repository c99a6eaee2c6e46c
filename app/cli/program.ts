import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { isClientId } from "../contract/client-id.ts";
import { deviceStatuses } from "../contract/device.ts";
import { isLabel } from "../registry/device-record.ts";
import type { CommandContext } from "./command-context.ts";
import { addDevices, listDevices, revokeDevices } from "./devices/device-commands.ts";
import { rowFormats } from "./devices/device-rows.ts";
import { importCommand } from "./devices/import-command.ts";
import { doctorCommand } from "./doctor/doctor-command.ts";
import { tailCommand } from "./tail/tail-command.ts";
import { type TailTopic, tailTopics } from "./tail/tail-topics.ts";

/** Runs a command to its end; resolves with the exit code. */
export type RunCommand = (
  command: (context: CommandContext) => Promise<number>,
  options: { envFile?: string },
) => Promise<void>;

/** Collects values of an argument or option that may come several times. */
function collect(check: (value: string) => boolean, complaint: string) {
  return (value: string, earlier: readonly string[] = []) => {
    if (!check(value)) throw new InvalidArgumentError(complaint);
    return [...earlier, value];
  };
}
const clientIds = collect(isClientId, "A client id is 1 to 64 of A-Z, a-z, 0-9, _ and -.");
const labelList = collect(isLabel, "A label is 1 to 64 of A-Z, a-z, 0-9 and _ . : / -");

function clientId(value: string): string {
  return clientIds(value)[0] ?? value;
}

function duration(value: string): number {
  const [, amount, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(value) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ""];
  if (seconds === undefined) throw new InvalidArgumentError("A time is a number and s, m, h or d.");
  return Number(amount) * seconds * 1000;
}

function positive(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError("It is a number from 1 on.");
  return Number(value);
}

const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;

/** The operator's command line. `run` is given each command's work. */
export function createProgram(run: RunCommand): Command {
  const program = new Command("sentinel")
    .description(
      "Registers devices, shows what happens in a region, and finds what is wrong with it.",
    )
    .option(
      "--env-file <path>",
      "file with settings (default: SENTINEL_ENV_FILE, or .local/region/operator.env)",
    )
    .exitOverride()
    .addHelpText(
      "after",
      "\nSettings come from the environment, then from the env file: NATS_SERVERS, NATS_CA_FILE,\n" +
        "OPERATOR_PASSWORD_FILE, DEVICE_TABLE, AWS_REGION, DYNAMODB_ENDPOINT, UPSTREAM_URL,\n" +
        "UPSTREAM_CA_FILE, EDGE_URLS, EDGE_CA_FILE, PROCESS_URLS.\n" +
        "\nExit codes: 0 well, 1 failed in part or whole, 2 called wrongly.\n" +
        examples(
          "sentinel doctor",
          "sentinel devices add pump-7",
          "sentinel tail findings --since 10m",
        ),
    );
  addDeviceCommands(program, run);
  addTailCommand(program, run);
  program
    .command("doctor")
    .description("checks what a region needs, a line each, and says what to do about what fails")
    .addHelpText("after", examples("sentinel doctor", "sentinel --env-file eu-west.env doctor"))
    .action(() => run(doctorCommand, program.opts()));
  return program;
}

function addDeviceCommands(program: Command, run: RunCommand): void {
  const devices = program
    .command("devices")
    .description("the registry of devices that may connect");
  devices
    .command("add")
    .description("registers devices and shows their secrets, once, as client_id,secret")
    .addArgument(new Argument("<id...>", "client ids").argParser(clientIds))
    .option("-l, --label <label>", "label of the devices; may be repeated", labelList, [])
    .addHelpText("after", examples("sentinel devices add pump-7 --label site:oslo"))
    .action((ids: string[], options: { label: string[] }) =>
      run((context) => addDevices(context, { ids, labels: options.label }), program.opts()),
    );
  addImportCommand(devices, program, run);
  devices
    .command("list")
    .description("lists devices, in no particular order")
    .addOption(new Option("--status <status>", "only those").choices(deviceStatuses))
    .option("--limit <count>", "at most so many", positive)
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      examples("sentinel devices list --status revoked", "sentinel devices list --json | head"),
    )
    .action((options) =>
      run(
        (context) => listDevices(context, { status: undefined, limit: undefined, ...options }),
        program.opts(),
      ),
    );
  devices
    .command("revoke")
    .description("ends devices' right to connect, for good; live connections are not cut")
    .addArgument(new Argument("<id...>", "client ids").argParser(clientIds))
    .addHelpText("after", examples("sentinel devices revoke pump-7 pump-8"))
    .action((ids: string[]) => run((context) => revokeDevices(context, ids), program.opts()));
}

function addImportCommand(devices: Command, program: Command, run: RunCommand): void {
  devices
    .command("import")
    .description("registers devices from CSV or JSON lines of any length")
    .argument("<file>", "the file, or - for standard input")
    .addOption(
      new Option("--format <format>", "instead of telling by the content").choices(rowFormats),
    )
    .option(
      "--secrets-out <file>",
      "new file for the secrets that are made (default: standard output)",
    )
    .option("--rejects <file>", "new file for rejected rows (default: standard error)")
    .option("--replace", "overwrite devices that exist, secret included", false)
    .addHelpText(
      "after",
      "\nColumns: client_id, and optionally secret (32 characters or more; made when absent), status\n" +
        `(${deviceStatuses.join(", ")}) and labels (separated by ; or, in JSON, an array).\n` +
        "Exit code 1 when any row was rejected; the others are stored.\n" +
        examples(
          "sentinel devices import fleet.csv --secrets-out secrets.csv",
          "zcat fleet.jsonl.gz | sentinel devices import - --secrets-out secrets.csv --rejects rejects.csv",
        ),
    )
    .action((file: string, options) =>
      run(
        (context) =>
          importCommand(context, {
            format: undefined,
            secretsOut: undefined,
            rejects: undefined,
            ...options,
            file,
          }),
        program.opts(),
      ),
    );
}

function addTailCommand(program: Command, run: RunCommand): void {
  program
    .command("tail")
    .description("shows messages as they are stored")
    .addArgument(new Argument("[topic...]", "all when none is named").choices(tailTopics))
    .option("--since <time>", "start so far back, such as 10m", duration)
    .option("--client <id>", "only what concerns this client", clientId)
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      examples(
        "sentinel tail",
        "sentinel tail auth --client pump-7 --since 1h",
        "sentinel tail findings quarantine --json | jq .payload",
      ),
    )
    .action((named: TailTopic[], options) => {
      const topics = named.length > 0 ? [...new Set(named)] : tailTopics;
      const { since: sinceMs, client, json } = options;
      return run(
        (context) => tailCommand(context, { topics, sinceMs, client, json }),
        program.opts(),
      );
    });
}
