import { type Command, InvalidArgumentError, Option } from "commander";
import { isKeyId, keyIdRule } from "../../contract/alert-signature.ts";
import { alertIdRule, isAlertId } from "../../contract/message-id.ts";
import { regionLabelPattern, regionLabelRule } from "../../contract/regions.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, duration, examples } from "../option-values.ts";

function alertId(value: string): string {
  if (isAlertId(value)) return value;
  throw new InvalidArgumentError(`An alert's id is ${alertIdRule}.`);
}

function keyId(value: string): string {
  if (isKeyId(value)) return value;
  throw new InvalidArgumentError(`A key's id is ${keyIdRule}.`);
}

function region(value: string): string {
  if (regionLabelPattern.test(value)) return value;
  throw new InvalidArgumentError(`A region's name is ${regionLabelRule}.`);
}

/** `sentinel publish`: feeds alerts in, as publishers do. */
export function addPublishCommand(program: Command, run: RunCommand): void {
  const publish = program
    .command("publish")
    .description(
      "publishes an alert, or each line of a file or pipe, and keeps it until it is stored",
    )
    .argument("[client]", "the device that it is for", clientId)
    .argument("[payload]", "a JSON object, sent as it is")
    .option(
      "--lines <file>",
      'JSON lines, each {"client":…,"payload":…,"id":…}; - is standard input',
    )
    .option("--id <id>", "the alert's id: under it it is stored once within two hours", alertId)
    .option("--confirm", "wait until everything is stored, and fail otherwise", false)
    .addOption(
      new Option("--timeout <time>", "wait so long at most")
        .argParser(duration)
        .default(duration("1m"), "1m"),
    )
    .option(
      "--journal <folder>",
      "where alerts are kept until they are stored (default: below ~/.local/state/sentinel/publish)",
    )
    .option("--sign-key <file>", "sign with this private key, Ed25519 in PEM form, mode 600")
    .option("--key-id <id>", "under which the region knows its public half", keyId)
    .option("--region <name>", "whose broker it is, such as eu-west: it is signed along", region)
    .addHelpText(
      "after",
      "\nA payload is an object, or a text, which is sent byte for byte. Without an id an alert gets a random one.\n" +
        "What was not confirmed in time, or before the command was killed, is sent by the next one, in order.\n" +
        "Needs UPSTREAM_URL, UPSTREAM_CA_FILE and PUBLISHER_PASSWORD_FILE (PUBLISHER_USERNAME: publisher).\n" +
        "\nExit codes: 0 all are kept (with --confirm: stored), 1 some are not, are refused or were invalid lines,\n2 called wrongly, 130 or 143 stopped by a signal: what was read is kept; a second one ends it at once.\n" +
        examples(
          `sentinel publish pump-7 '{"alarm":"door open"}' --confirm`,
          "sentinel publish --lines alerts.jsonl --confirm",
          `tail -F alarms.log | jq -c '{client:.device, payload:.}' | sentinel publish --lines -`,
        ),
    );
  publish.action((client, payload, options) => {
    const { lines, id, confirm, timeout: timeoutMs, journal } = options;
    const { signKey, keyId: signKeyId, region: signRegion } = options;
    const single = client !== undefined && payload !== undefined;
    if (single === (lines !== undefined) || (lines !== undefined && (client ?? id) !== undefined)) {
      publish.error("error: name a client and a payload, or lines by --lines");
    }
    const signs = [signKey, signKeyId, signRegion].filter((each) => each !== undefined);
    if (signs.length % 3 !== 0) {
      publish.error("error: name --sign-key, --key-id and --region together");
    }
    const signing =
      signs.length > 0 ? { signing: { key: signKey, id: signKeyId, region: signRegion } } : {};
    const alert = single ? { client, payload, ...(id !== undefined && { id }) } : undefined;
    const what = alert ? { alert } : { lines };
    return run(
      async (context) =>
        (await import("./publish-command.ts")).publishCommand(context, {
          ...{ ...what, confirm, timeoutMs, journal },
          ...signing,
        }),
      program.opts(),
    );
  });
}
