import { type Command, Option } from "commander";
import { deviceStatuses } from "../../contract/device.ts";
import { regionNames } from "../../contract/regions.ts";
import { isItemName } from "../../registry/device-key.ts";
import type { DeviceFilter } from "../../registry/device-page.ts";
import { rowFormats } from "../../registry/import/device-rows.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, duration, examples, label, positive } from "../option-values.ts";
import { ids } from "./id-arguments.ts";

const filtered = (command: Command) =>
  command
    .addOption(new Option("--status <status>", "only those").choices(deviceStatuses))
    .addOption(new Option("--label <label>", "only those with this label").argParser(label))
    .addOption(new Option("--region <region>", "only those at home there").choices(regionNames));
const filterOf = ({ status, label: wanted, region: home }: DeviceFilter): DeviceFilter => ({
  ...{ status, label: wanted, region: home },
});

/** What leaves the registry as it is. */
export function addReadingCommands(devices: Command, program: Command, run: RunCommand): void {
  filtered(devices.command("list").description("lists devices, in no particular order"))
    .option("--limit <count>", "at most so many", positive)
    .option("--after <token>", "go on where a list with --limit ended")
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      examples(
        "sentinel devices list --status revoked --region eu-west",
        "sentinel devices list --label site:oslo --limit 50",
        "sentinel devices list --json | head",
      ),
    )
    .action(({ json, limit, after, ...filter }) =>
      run(
        async (context) =>
          (await import("./list-devices.ts")).listDevices(context, {
            json,
            limit,
            after,
            filter: filterOf(filter),
          }),
        program.opts(),
      ),
    );
  devices
    .command("show")
    .description("shows devices one by one")
    .addArgument(ids(isItemName))
    .option("--json", "a JSON object a line", false)
    .addHelpText("after", examples("sentinel devices show pump-7"))
    .action((named: string[], { json }) =>
      run(
        async (context) =>
          (await import("./list-devices.ts")).showDevices(context, { ids: named, json }),
        program.opts(),
      ),
    );
  devices
    .command("history")
    .description("one timeline of logins, refusals, cut-offs, findings and changes of a device")
    .argument("<id>", "its client id", clientId)
    .addOption(
      new Option("--since <time>", "look so far back, such as 10m")
        .argParser(duration)
        .default(duration("7d"), "7d"),
    )
    .option("--limit <count>", "so many of the newest", positive, 1_000)
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      "\nFrom AUDIT and SECURITY_EVENTS of this region. When sessions end is not recorded, but for cut-offs\n" +
        "and for changes that end them.\n" +
        examples("sentinel devices history pump-7 --since 24h"),
    )
    .action((id: string, options) =>
      run(
        async (context) =>
          (await import("./device-history.ts")).deviceHistory(context, {
            clientId: id,
            ...options,
          }),
        program.opts(),
      ),
    );
  filtered(
    devices.command("export").description("writes all devices to standard output, without secrets"),
  )
    .addOption(new Option("--format <format>", "of the output").choices(rowFormats).default("csv"))
    .addHelpText(
      "after",
      examples(
        "sentinel devices export | gzip > devices.csv.gz",
        "sentinel devices export --format jsonl --status active > active.jsonl",
      ),
    )
    .action(({ format, ...filter }) =>
      run(
        async (context) =>
          (await import("./list-devices.ts")).exportDevices(context, {
            format,
            filter: filterOf(filter),
          }),
        program.opts(),
      ),
    );
}
