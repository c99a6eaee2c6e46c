import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type DecisionAction,
  heldStates,
  operationPattern,
  operationRule,
  reasonText,
} from "../../contract/quarantine-decision.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, examples, positive } from "../option-values.ts";

const client = () =>
  new Option("--client <id>", "only messages of or for this client").argParser(clientId);
const rule = () =>
  new Option("--rule <id>", "only messages that this rule or check has held").argParser(ruleId);
const after = () =>
  new Option("--after <sequence>", "only messages behind this one")
    .argParser(positive)
    .default(0, "none");
const reason = () =>
  new Option("--reason <text>", "why; everybody who reads the audit sees it")
    .argParser(reasonOf)
    .makeOptionMandatory();
const operation = () =>
  new Option(
    "--operation <id>",
    "name of an operation that was broken off, to go on with it (default: a new one)",
  ).argParser(operationId);

function ruleId(value: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(value)) return value;
  throw new InvalidArgumentError("A rule's id is as `sentinel quarantine list` shows it.");
}

function operationId(value: string): string {
  if (operationPattern.test(value)) return value;
  throw new InvalidArgumentError(`An operation's id is ${operationRule}.`);
}

function reasonOf(value: string): string {
  const result = reasonText.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidArgumentError(`The reason ${result.error.issues[0]?.message}.`);
}

const sequences = (value: string, earlier: readonly number[] = []) => [...earlier, positive(value)];

/** `sentinel quarantine`: what verdicts have held back. */
export function addQuarantineCommands(program: Command, run: RunCommand): void {
  const quarantine = program
    .command("quarantine")
    .description("messages that were held back: looks at them, lets them go, or never does");
  quarantine
    .command("list")
    .description("lists held messages, oldest first")
    .addOption(client())
    .addOption(rule())
    .addOption(new Option("--state <state>", "only those in this state").choices(heldStates))
    .addOption(after())
    .option("--limit <messages>", "so many at most", positive)
    .option("--json", "a JSON object a line", false)
    .addHelpText("after", examples("sentinel quarantine list --state held --client pump-7"))
    .action((options) =>
      run(
        async (context) => (await import("./reading-held.ts")).listHeld(context, options),
        program.opts(),
      ),
    );
  quarantine
    .command("show")
    .description("shows one: what held it, and its bytes as harmless text and in hex")
    .argument("<sequence>", "its number in the list", positive)
    .option("--json", "one JSON object", false)
    .addHelpText("after", examples("sentinel quarantine show 4711"))
    .action((sequence: number, options) =>
      run(
        async (context) =>
          (await import("./reading-held.ts")).showHeld(context, { sequence, ...options }),
        program.opts(),
      ),
    );
  addDeciding(quarantine, { program, run, action: "release" });
  addDeciding(quarantine, { program, run, action: "drop" });
}

const told = {
  release: {
    description:
      "delivers them: alerts to their devices, reports to REPORTS, each client's in the order in which they were held",
    example: 'sentinel quarantine release 4711 4712 --reason "false positive, see INC-7"',
  },
  drop: {
    description: "sees to it that they are never delivered; they stay to be looked at for a while",
    example: 'sentinel quarantine drop --client pump-7 --reason "it was taken over"',
  },
};

function addDeciding(
  quarantine: Command,
  { program, run, action }: { program: Command; run: RunCommand; action: DecisionAction },
): void {
  const { description, example } = told[action];
  const command = quarantine
    .command(action)
    .description(description)
    .argument(
      "[sequence...]",
      "their numbers in the list; none: all that the options name",
      sequences,
    )
    .addOption(client())
    .addOption(rule())
    .option("--all", "without --client and --rule: every held message", false)
    .addOption(after())
    .addOption(reason())
    .addOption(operation())
    .option("-y, --yes", "do not ask", false)
    .addHelpText(
      "after",
      "\nWhat is broken off can be repeated: what was done is not done again.\n" +
        "Exit codes: 0 all is done, 1 something is not, 2 called wrongly.\n" +
        examples(example),
    );
  command.action((named: readonly number[] | undefined, options) => {
    const { client: of, rule: by, all } = options;
    const chosen = of !== undefined || by !== undefined || all;
    if ((named?.length ?? 0) > 0 === chosen) {
      command.error("error: name either messages, or --client, --rule or --all");
    }
    return run(
      async (context) =>
        (await import("./decide-command.ts")).decideHeldMessages(context, {
          action,
          sequences: named ?? [],
          ...options,
        }),
      program.opts(),
    );
  });
}
