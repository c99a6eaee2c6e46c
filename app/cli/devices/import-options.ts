import { type Command, Option } from "commander";
import { deviceStatuses } from "../../contract/device.ts";
import { rowFormats } from "../../registry/import/device-rows.ts";
import type { RunCommand } from "../command-context.ts";
import { examples, positive } from "../option-values.ts";

const help =
  "\nColumns: client_id, and optionally secret (32 characters or more; made when absent), status\n" +
  `(${deviceStatuses.join(", ")}), region, labels (separated by ; or, in JSON, an array), and\n` +
  "fingerprint (SHA-256 of the one certificate that the device may connect with). What `export` writes\n" +
  "can be imported; the secrets are made anew. UTF-8 or UTF-16, any line ends; a JSON array counts its\n" +
  "elements as lines. An apostrophe before = + - @ is taken away again.\n" +
  "\nWith --checkpoint the import can be resumed, wherever it was interrupted: call it again as\n" +
  "before, with --resume. Its secrets file then holds exactly the secrets of the devices that are\n" +
  "stored, each once. The checkpoint holds secrets too, and is gone when the import is through.\n" +
  "\nExit code 1 when any row was rejected; the others are stored.\n" +
  examples(
    "sentinel devices import fleet.csv --secrets-out secrets.csv",
    "sentinel devices import fleet.csv --secrets-out s.csv --rejects r.csv --checkpoint fleet.state",
    "sentinel devices import fleet.csv --secrets-out s.csv --rejects r.csv --checkpoint fleet.state --resume",
    "zcat fleet.jsonl.gz | sentinel devices import - --secrets-out s.csv --rejects r.csv --rate 500",
  );

export function addImportCommand(devices: Command, program: Command, run: RunCommand): void {
  devices
    .command("import")
    .description("registers devices from CSV, JSON lines or a JSON array of any length")
    .argument("<file>", "the file, or - for standard input")
    .addOption(
      new Option("--format <format>", "instead of telling by the content").choices(rowFormats),
    )
    .option(
      "--secrets-out <file>",
      "new file for the secrets that are made (default: standard output)",
    )
    .option("--rejects <file>", "new file for rejected rows (default: standard error)")
    .option(
      "--replace",
      "overwrite devices that exist, with all they have, secret and pinned certificate included",
      false,
    )
    .option("--rate <rows>", "rows a second at most", positive)
    .option(
      "--checkpoint <file>",
      "new file for the state of the import, so that it can be resumed",
    )
    .option("--resume", "go on with the import of the checkpoint", false)
    .option("-y, --yes", "do not ask on a terminal", false)
    .addHelpText("after", help)
    .action((file: string, options, command: Command) => {
      if (options.resume && options.checkpoint === undefined) {
        command.error("error: --resume needs the --checkpoint of the import");
      }
      const unset = {
        ...{ format: undefined, secretsOut: undefined, rejects: undefined },
        ...{ rate: undefined, checkpoint: undefined },
      };
      return run(
        async (context) =>
          (await import("./import-command.ts")).importCommand(context, {
            ...unset,
            ...options,
            file,
          }),
        program.opts(),
      );
    });
}
