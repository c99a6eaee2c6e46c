import { type Command, Option } from "commander";
import { deadLetterReasons } from "../../contract/dead-letter.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, examples, positive } from "../option-values.ts";

/** `sentinel dead-letters`: what could not be taken, and why. */
export function addDeadLetterCommands(program: Command, run: RunCommand): void {
  const letters = program
    .command("dead-letters")
    .description("messages that could not be taken, and why");
  letters
    .command("list")
    .description("lists them, the newest first")
    .addOption(
      new Option("--client <id>", "only those whose topic names this client").argParser(clientId),
    )
    .addOption(new Option("--reason <reason>", "only those").choices(deadLetterReasons))
    .addOption(
      new Option("--before <sequence>", "only messages before this one").argParser(positive),
    )
    .addOption(new Option("--limit <messages>", "so many at most").argParser(positive).default(100))
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      "\nThey are kept for 30 days, and are not taken again by themselves: their publisher has to send them\n" +
        "rightly.\n" +
        examples("sentinel dead-letters list --reason payload-not-json --limit 20"),
    )
    .action((options) =>
      run(
        async (context) => (await import("./reading-letters.ts")).listLetters(context, options),
        program.opts(),
      ),
    );
  letters
    .command("show")
    .description("shows one: why, and its bytes as harmless text and in hex")
    .argument("<sequence>", "its number in the list", positive)
    .option("--json", "one JSON object", false)
    .addHelpText("after", examples("sentinel dead-letters show 17"))
    .action((sequence: number, options) =>
      run(
        async (context) =>
          (await import("./reading-letters.ts")).showLetter(context, { sequence, ...options }),
        program.opts(),
      ),
    );
}
