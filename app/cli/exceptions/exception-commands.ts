import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import {
  clientScopePattern,
  clientScopeRule,
  exceptionDays,
  exceptionKinds,
  isExceptionId,
  reasonLimit,
  ruleIdPattern,
  unmatchedDays,
} from "../../contract/exception.ts";
import { origins } from "../../contract/subjects.ts";
import type { RunCommand } from "../command-context.ts";
import { collect, duration, examples, label, reasonWithin } from "../option-values.ts";
import type { ScopeOptions } from "./exception-work.ts";

const matching = (pattern: RegExp, complaint: string) => (value: string) => {
  if (pattern.test(value)) return value;
  throw new InvalidArgumentError(complaint);
};
const reason = reasonWithin(reasonLimit);
const ids = new Argument("<id...>", "ids of exceptions").argParser(
  collect(isExceptionId, "The id of an exception is one that `sentinel exceptions list` shows."),
);

/** Which findings an exception is about. */
const scoped = (command: Command) =>
  command
    .addOption(
      new Option("--rule <id>", "findings of this rule")
        .argParser(matching(ruleIdPattern, "It is the id of a rule."))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "--client <id>",
        "only of this client, or of all whose ids begin so: bench-*",
      ).argParser(matching(clientScopePattern, `It is ${clientScopeRule}.`)),
    )
    .option("--label <label>", "only of devices that have it", label)
    .addOption(new Option("--origin <origin>", "only in messages from there").choices(origins))
    .option("--critical", "critical findings, too", false);

/** What hides findings, and for how long. */
export function addExceptionCommands(program: Command, run: RunCommand): void {
  const exceptions = program
    .command("exceptions")
    .description("findings that are to be no incident, or incidents of which nobody is told");
  exceptions
    .command("list")
    .description("lists exceptions and silences, the newest first")
    .option("--ended", "those that hide nothing any more", false)
    .addOption(new Option("--json", "a JSON object a line").default(false).conflicts("sigma"))
    .option("--sigma", "as Sigma filter rules, one YAML document each", false)
    .option("--rules <folder>", "for --sigma: folder of the rules (default: those that ship)")
    .action(({ sigma, ...options }) =>
      run(async (context) => {
        if (!sigma) return (await import("./exception-work.ts")).listExceptions(context, options);
        // It reads the rules, which loads what compiles them.
        const { exportSigma } = await import("./export-sigma.ts");
        return exportSigma(context, options);
      }, program.opts()),
    );
  scoped(exceptions.command("preview"))
    .description("says what an exception would have hidden in the last 30 days")
    .addHelpText("after", examples("sentinel exceptions preview --rule odd-rate --client bench-*"))
    .action((options: ScopeOptions) =>
      run(
        async (context) => (await import("./exception-work.ts")).showPreview(context, options),
        program.opts(),
      ),
    );
  scoped(exceptions.command("add"))
    .description("adds an exception or a silence; what is held back stays held back")
    .addOption(
      new Option("--kind <kind>", "no incident, or one of which nobody is told")
        .choices(exceptionKinds)
        .default("exception"),
    )
    .requiredOption("--reason <text>", "why", reason)
    .requiredOption(
      "--for <time>",
      `how long, such as 30d, at most ${exceptionDays}d; it ends sooner when it has hidden nothing for ${unmatchedDays} days`,
      duration,
    )
    .addHelpText(
      "after",
      examples(
        'sentinel exceptions add --rule odd-rate --label site:bench --for 30d --reason "load tests"',
      ),
    )
    .action((options) =>
      run(
        async (context) => (await import("./exception-work.ts")).addException(context, options),
        program.opts(),
      ),
    );
  exceptions
    .command("end")
    .description("ends exceptions and silences")
    .addArgument(ids)
    .action((named: string[]) =>
      run(
        async (context) => (await import("./exception-work.ts")).endExceptions(context, named),
        program.opts(),
      ),
    );
}
