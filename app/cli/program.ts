import { Argument, Command, Option } from "commander";
import { gaplessStreams } from "../contract/gapless-streams.ts";
import { addAlertCommands } from "./alerts/alert-commands.ts";
import { addAuditCommands } from "./audit/audit-commands.ts";
import type { CommandContext, RunCommand } from "./command-context.ts";
import { addDeadLetterCommands } from "./dead-letters/dead-letter-commands.ts";
import { addDeviceCommands } from "./devices/device-commands.ts";
import { addEnforcementCommands } from "./enforcement/enforcement-commands.ts";
import { addExceptionCommands } from "./exceptions/exception-commands.ts";
import { addFindingCommands } from "./findings/finding-commands.ts";
import { addIncidentCommands } from "./incidents/incident-commands.ts";
import { clientId, duration, examples } from "./option-values.ts";
import { linesIn } from "./output.ts";
import { addPublishCommand } from "./publish/add-publish-command.ts";
import { addPublisherCommands } from "./publishers/publisher-commands.ts";
import { addQuarantineCommands } from "./quarantine/quarantine-commands.ts";
import { addRuleCommands } from "./rules/rule-commands.ts";
import { type TailTopic, tailTopics } from "./tail/tail-topics.ts";
import { addTokenCommands } from "./tokens/token-commands.ts";

/** The operator's command line. `run` is given each command's work. */
export function createProgram(
  run: RunCommand,
  { output, messages }: Pick<CommandContext, "output" | "messages">,
): Command {
  const program = new Command("sentinel")
    .description(
      "Registers devices, shows what happens in a region, and finds what is wrong with it.",
    )
    .option(
      "--env-file <path>",
      "file with settings (default: SENTINEL_ENV_FILE, or .local/region/operator.env)",
    )
    .option("--verbose", "say on standard error where the settings come from")
    .exitOverride()
    // Before the commands, which take it over. What is complained about is quoted.
    .configureOutput({
      writeOut: (text) => {
        for (const line of linesIn(text)) void output.line(line).catch(() => {});
      },
      writeErr: (text) => {
        for (const line of linesIn(text)) messages.line(line);
      },
    })
    .addHelpText(
      "after",
      "\nSettings come from the environment, then from the env file: NATS_SERVERS, NATS_CA_FILE,\n" +
        "OPERATOR_PASSWORD_FILE, AUDIT_KEY_FILE, AUDIT_KEYS_FILE, DEVICE_TABLE, AWS_REGION, DYNAMODB_ENDPOINT, S3_ENDPOINT,\n" +
        "UPSTREAM_URL, UPSTREAM_CA_FILE, PUBLISHER_PASSWORD_FILE, PUBLISHER_USERNAME, EDGE_URLS, EDGE_CA_FILE,\n" +
        "API_URL, API_CA_FILE, PROCESS_URLS. Who you are: SENTINEL_OPERATOR, or else the user of this\n" +
        "machine. Files that another user owns, or others can write, are refused;\n" +
        "SENTINEL_TRUST_SHARED_FILES=1 in the environment trusts them.\n" +
        "\nExit codes: 0 well, 1 failed in part or whole, 2 called wrongly.\n" +
        examples(
          "sentinel doctor",
          "sentinel devices add pump-7",
          "sentinel tail findings --since 10m",
        ),
    );
  addDeviceCommands(program, run);
  addTailCommand(program, run);
  addFindingCommands(program, run);
  addIncidentCommands(program, run);
  addExceptionCommands(program, run);
  addEnforcementCommands(program, run);
  addAuditCommands(program, run);
  addQuarantineCommands(program, run);
  addDeadLetterCommands(program, run);
  addAlertCommands(program, run);
  addPublishCommand(program, run);
  addPublisherCommands(program, run);
  addTokenCommands(program, run);
  addRuleCommands(program, run);
  program
    .command("doctor")
    .description("checks what a region needs, a line each, and says what to do about what fails")
    .option("--json", "a JSON object a check, then one with how many there were of what", false)
    .addOption(
      new Option(
        "--read <stream...>",
        "read these streams through, a dozen times: finds messages that a copy cannot give any more",
      )
        .choices(gaplessStreams)
        .default([], "none"),
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 well, 1 something failed, 2 called wrongly, 3 nothing failed and something is to be watched.\n" +
        examples(
          "sentinel doctor",
          "sentinel --env-file eu-west.env doctor --json",
          "sentinel doctor --read MQTT_ALERTS",
        ),
    )
    .action(({ json, read }) =>
      run(
        async (context) =>
          (await import("./doctor/doctor-command.ts")).doctorCommand(context, { json, read }),
        program.opts(),
      ),
    );
  return program;
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
        async (context) =>
          (await import("./tail/tail-command.ts")).tailCommand(context, {
            topics,
            sinceMs,
            client,
            json,
          }),
        program.opts(),
      );
    });
}
