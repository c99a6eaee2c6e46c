import { Argument, type Command, Option } from "commander";
import { type RegionName, regionNames } from "../../contract/regions.ts";
import { isItemName } from "../../registry/device-key.ts";
import type { CommandContext, RunCommand } from "../command-context.ts";
import { OperatorError } from "../operator-error.ts";
import { clientId, duration, examples, labelList } from "../option-values.ts";
import {
  type CertificateOptions,
  chosenFingerprint,
  withCertificate,
} from "./certificate-options.ts";
import type { DeviceVerb, NewDevice } from "./change-devices.ts";
import { fromStdin } from "./device-ids.ts";
import { ids } from "./id-arguments.ts";
import { addImportCommand } from "./import-options.ts";
import { addReadingCommands } from "./reading-commands.ts";

const region = (description: string) =>
  new Option("--region <region>", description).choices(regionNames);
const labels = (description: string) =>
  new Option("-l, --label <label>", description).argParser(labelList).default([], "none");

type Changing = typeof import("./change-devices.ts");

/** Who does not change devices does not load what that takes. */
async function change(
  context: CommandContext,
  named: readonly string[],
  { yes, verb }: { readonly yes: boolean; readonly verb: (changing: Changing) => DeviceVerb },
): Promise<number> {
  const changing = await import("./change-devices.ts");
  return changing.changeDevices(context, { ids: named, yes }, verb(changing));
}

/** `sentinel devices`: the registry. */
export function addDeviceCommands(program: Command, run: RunCommand): void {
  const devices = program
    .command("devices")
    .description("the registry of devices that may connect");
  addAddCommand(devices, program, run);
  addImportCommand(devices, program, run);
  addReadingCommands(devices, program, run);
  addPinCommands(devices, program, run);
  const verb = (
    name: string,
    does: string,
    shown: readonly string[],
    accepts?: (name: string) => boolean,
  ) =>
    devices
      .command(name)
      .description(does)
      .addArgument(ids(accepts))
      .addHelpText("after", examples(...shown));
  const act = (named: readonly string[], yes: boolean, verb: (changing: Changing) => DeviceVerb) =>
    run((context) => change(context, named, { yes, verb }), program.opts());
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
    .action((named, options) =>
      act(named, options.yes, ({ rotateVerb }) => rotateVerb(options.overlap)),
    );
  verb("suspend", "keeps devices from connecting until they are resumed", [
    "sentinel devices suspend pump-7 pump-8",
  ]).action((named) => act(named, true, ({ suspendVerb }) => suspendVerb));
  verb("resume", "lets suspended devices connect again", ["sentinel devices resume pump-7"]).action(
    (named) => act(named, true, ({ resumeVerb }) => resumeVerb),
  );
  verb("disconnect", "ends devices' sessions in every region; they may connect again at once", [
    "sentinel devices disconnect pump-7",
  ]).action((named) => act(named, true, ({ disconnectVerb }) => disconnectVerb));
  const revoking = [
    "sentinel devices revoke pump-7 pump-8",
    "sentinel devices revoke - < stolen.txt",
  ];
  verb("revoke", "ends devices' right to connect, for good", revoking, isItemName)
    .option("--force", "also of devices whose records are damaged", false)
    .addOption(yes())
    .action((named, options) =>
      act(named, options.yes, ({ revokeVerb }) => revokeVerb(options.force)),
    );
  const deleting = ["sentinel devices delete pump-7"];
  verb(
    "delete",
    "deletes the records of revoked devices, so that their ids are free",
    deleting,
    isItemName,
  )
    .option("--force", "also of devices that are not revoked, or whose records are damaged", false)
    .addOption(yes())
    .action((named, options) =>
      act(named, options.yes, ({ deleteVerb }) => deleteVerb(options.force)),
    );
  verb("label", "gives devices these labels instead of those they have", [
    "sentinel devices label pump-7 --label site:oslo --label model:x",
    "sentinel devices label pump-7",
  ])
    .addOption(labels("label of the devices; may be repeated"))
    .action((named, options) => act(named, true, ({ labelVerb }) => labelVerb(options.label)));
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
      run((context) => {
        const added = newDevice(named, options);
        return change(context, named, { yes: true, verb: ({ addVerb }) => addVerb(added) });
      }, program.opts()),
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
        return change(context, [named], { yes: true, verb: ({ pinVerb }) => pinVerb(pinned) });
      }, program.opts()),
    );
  devices
    .command("unpin")
    .description("lets devices connect with any certificate that is issued for them")
    .addArgument(ids())
    .addHelpText("after", examples("sentinel devices unpin pump-7"))
    .action((named: string[]) =>
      run(
        (context) => change(context, named, { yes: true, verb: ({ unpinVerb }) => unpinVerb }),
        program.opts(),
      ),
    );
}
