import { type Command, Option } from "commander";
import { isClientId } from "../../contract/client-id.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, duration, examples } from "../option-values.ts";

/** `sentinel alerts`: what became of what publishers sent. */
export function addAlertCommands(program: Command, run: RunCommand): void {
  const alerts = program.command("alerts").description("what became of single alerts");
  const trace = alerts
    .command("trace")
    .description("says where an alert is, its way there with times, and what says so")
    .argument(
      "<id>",
      "its alert-id, the `id` in its payload, or the message id that a stream has it under",
    )
    .addOption(
      new Option("--client <id>", "whose it is (default: the beginning of a message id)").argParser(
        clientId,
      ),
    )
    .addOption(
      new Option("--since <time>", "look so far back, such as 10m")
        .argParser(duration)
        .default(duration("72h"), "72h"),
    )
    .option("--json", "one JSON object", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 it is somewhere, 1 it is nowhere or cannot be looked for, 2 called wrongly.\n" +
        examples("sentinel alerts trace 4711 --client pump-7"),
    );
  trace.action((id: string, { client: named, since, json }) => {
    const client = named ?? id.split(":")[0];
    if (named === undefined && (!id.includes(":") || !isClientId(client))) {
      trace.error("error: name the client by --client: streams are searched by client");
    }
    return run(
      async (context) =>
        (await import("./trace-command.ts")).traceAlert(context, { id, client, since, json }),
      program.opts(),
    );
  });
}
