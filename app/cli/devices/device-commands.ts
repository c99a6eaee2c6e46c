import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { isClientId } from "../../contract/client-id.ts";
import { deviceStatuses } from "../../contract/device.ts";
import { type RegionName, regionNames } from "../../contract/regions.ts";
import type { DeviceFilter } from "../../registry/device-page.ts";
import { rowFormats } from "../../registry/import/device-rows.ts";
import type { RunCommand } from "../command-context.ts";
import { OperatorError } from "../operator-error.ts";
import { clientId, duration, examples, label, labelList, positive } from "../option-values.ts";
import {
  type CertificateOptions,
  chosenFingerprint,
  withCertificate,
} from "./certificate-options.ts";
import {
  addVerb,
  changeDevices,
  type DeviceVerb,
  deleteVerb,
  labelVerb,
  type NewDevice,
  pinVerb,
  resumeVerb,
  revokeVerb,
  rotateVerb,
  suspendVerb,
  unpinVerb,
} from "./change-devices.ts";
import { fromStdin } from "./device-ids.ts";
import { addImportCommand } from "./import-options.ts";
import { exportDevices, listDevices, showDevices } from "./list-devices.ts";

/** Ids, or `-` alone: then they come by standard input. */
function idsOrStdin(value: string, earlier: readonly string[] = []): readonly string[] {
  const mixed = earlier.includes(fromStdin) || (value === fromStdin && earlier.length > 0);
  if (mixed) throw new InvalidArgumentError("- stands for all ids and is named alone.");
  if (value !== fromStdin && !isClientId(value)) {
    throw new InvalidArgumentError("A client id is 1 to 64 of A-Z, a-z, 0-9, _ and -.");
  }
  return [...earlier, value];
}
const ids = () =>
  new Argument("<id...>", "client ids, or - for one a line of standard input").argParser(
    idsOrStdin,
  );
const region = (description: string) =>
  new Option("--region <region>", description).choices(regionNames);
const labels = (description: string) =>
  new Option("-l, --label <label>", description).argParser(labelList).default([], "none");

const filtered = (command: Command) =>
  command
    .addOption(new Option("--status <status>", "only those").choices(deviceStatuses))
    .addOption(new Option("--label <label>", "only those with this label").argParser(label))
    .addOption(region("only those at home there"));
const filterOf = ({ status, label: wanted, region: home }: DeviceFilter): DeviceFilter => ({
  ...{ status, label: wanted, region: home },
});

/** `sentinel devices`: the registry. */
export function addDeviceCommands(program: Command, run: RunCommand): void {
  const devices = program
    .command("devices")
    .description("the registry of devices that may connect");
  addAddCommand(devices, program, run);
  addImportCommand(devices, program, run);
  addReadingCommands(devices, program, run);
  addPinCommands(devices, program, run);
  const verb = (name: string, does: string, shown: readonly string[]) =>
    devices
      .command(name)
      .description(does)
      .addArgument(ids())
      .addHelpText("after", examples(...shown));
  const act = (named: readonly string[], yes: boolean, done: DeviceVerb) =>
    run((context) => changeDevices(context, { ids: named, yes }, done), program.opts());
  const yes = () => new Option("-y, --yes", "do not ask on a terminal").default(false);

  verb("rotate", "gives devices new secrets and shows them, once, as client_id,secret", [
    "sentinel devices rotate pump-7",
    "sentinel devices rotate pump-7 --overlap 0s",
  ])
    .addOption(
      new Option("--overlap <time>", "how long the old secret stays good")
        .argParser(duration)
        .default(duration("1d"), "1d"),
    )
    .addOption(yes())
    .action((named, options) => act(named, options.yes, rotateVerb(options.overlap)));
  verb("suspend", "keeps devices from connecting until they are resumed", [
    "sentinel devices suspend pump-7 pump-8",
  ]).action((named) => act(named, true, suspendVerb));
  verb("resume", "lets suspended devices connect again", ["sentinel devices resume pump-7"]).action(
    (named) => act(named, true, resumeVerb),
  );
  verb("revoke", "ends devices' right to connect, for good", [
    "sentinel devices revoke pump-7 pump-8",
    "sentinel devices revoke - < stolen.txt",
  ])
    .addOption(yes())
    .action((named, options) => act(named, options.yes, revokeVerb));
  verb("delete", "deletes the records of revoked devices, so that their ids are free", [
    "sentinel devices delete pump-7",
  ])
    .option("--force", "also of devices that are not revoked, or cannot be read", false)
    .addOption(yes())
    .action((named, options) => act(named, options.yes, deleteVerb(options.force)));
  verb("label", "gives devices these labels instead of those they have", [
    "sentinel devices label pump-7 --label site:oslo --label model:x",
    "sentinel devices label pump-7",
  ])
    .addOption(labels("label of the devices; may be repeated"))
    .action((named, options) => act(named, true, labelVerb(options.label)));
}

function addAddCommand(devices: Command, program: Command, run: RunCommand): void {
  withCertificate(devices.command("add"))
    .description("registers devices and shows their secrets, once, as client_id,secret")
    .addArgument(ids())
    .addOption(labels("label of the devices; may be repeated"))
    .addOption(region("where they are at home"))
    .addHelpText(
      "after",
      examples(
        "sentinel devices add pump-7 --label site:oslo --region eu-west",
        "sentinel devices add pump-7 --certificate pump-7.pem",
      ),
    )
    .action((named: string[], options) =>
      run(
        (context) =>
          changeDevices(context, { ids: named, yes: true }, addVerb(newDevice(named, options))),
        program.opts(),
      ),
    );
}

function newDevice(
  named: readonly string[],
  options: CertificateOptions & { label: readonly string[]; region?: RegionName },
): NewDevice {
  const { label: labels, region: home } = options;
  const pinned = pinnedOf(named, options);
  return {
    labels,
    ...(home !== undefined && { region: home }),
    ...(pinned !== undefined && { certificateFingerprint: pinned }),
  };
}

/** @throws OperatorError when one certificate is meant for several devices. */
function pinnedOf(named: readonly string[], options: CertificateOptions): string | undefined {
  const [only = "", ...more] = named;
  const pinned = options.certificate ?? options.fingerprint;
  if (pinned !== undefined && (more.length > 0 || only === fromStdin)) {
    throw new OperatorError("a certificate is of one device; name that one alone");
  }
  return chosenFingerprint(options, only);
}

/** Certificates that devices are held to. */
function addPinCommands(devices: Command, program: Command, run: RunCommand): void {
  withCertificate(devices.command("pin"))
    .description("lets a device connect with this certificate only, where devices use them")
    .addArgument(new Argument("<id>", "client id").argParser(clientId))
    .addHelpText(
      "after",
      examples(
        "sentinel devices pin pump-7 --certificate pump-7.pem",
        "sentinel devices pin pump-7 --fingerprint $(openssl x509 -in pump-7.pem -noout -fingerprint -sha256 | cut -d= -f2)",
      ),
    )
    .action((named: string, options: CertificateOptions) =>
      run((context) => {
        const pinned = chosenFingerprint(options, named);
        if (pinned === undefined) {
          throw new OperatorError("name the certificate by --certificate or --fingerprint");
        }
        return changeDevices(context, { ids: [named], yes: true }, pinVerb(pinned));
      }, program.opts()),
    );
  devices
    .command("unpin")
    .description("lets devices connect with any certificate that is issued for them")
    .addArgument(ids())
    .addHelpText("after", examples("sentinel devices unpin pump-7"))
    .action((named: string[]) =>
      run(
        (context) => changeDevices(context, { ids: named, yes: true }, unpinVerb),
        program.opts(),
      ),
    );
}

function addReadingCommands(devices: Command, program: Command, run: RunCommand): void {
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
        (context) => listDevices(context, { json, limit, after, filter: filterOf(filter) }),
        program.opts(),
      ),
    );
  devices
    .command("show")
    .description("shows devices one by one")
    .addArgument(ids())
    .option("--json", "a JSON object a line", false)
    .addHelpText("after", examples("sentinel devices show pump-7"))
    .action((named: string[], { json }) =>
      run((context) => showDevices(context, { ids: named, json }), program.opts()),
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
        (context) => exportDevices(context, { format, filter: filterOf(filter) }),
        program.opts(),
      ),
    );
}
