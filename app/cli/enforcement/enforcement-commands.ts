import { Argument, type Command } from "commander";
import { liftReasonLimit } from "../../contract/enforcement.ts";
import type { RunCommand } from "../command-context.ts";
import { clientIds, examples, reasonWithin } from "../option-values.ts";
import type { LiftOptions } from "./enforcement-work.ts";

/** Whom policy keeps out of all regions. */
export function addEnforcementCommands(program: Command, run: RunCommand): void {
  const enforcement = program
    .command("enforcement")
    .description("devices that policy keeps out of all regions for a while");
  enforcement
    .command("list")
    .description("lists those that are kept out, or would be, the latest first")
    .option("--all", "also those of the last 24 hours that are over or lifted", false)
    .option("--json", "a JSON object a line", false)
    .action((options) =>
      run(
        async (context) => (await import("./enforcement-work.ts")).showBars(context, options),
        program.opts(),
      ),
    );
  enforcement
    .command("lift")
    .description("lets devices in again, in all regions")
    .addArgument(new Argument("<id...>", "client ids").argParser(clientIds))
    .requiredOption("--reason <text>", "why", reasonWithin(liftReasonLimit))
    .addHelpText("after", examples('sentinel enforcement lift pump-7 --reason "a drill"'))
    .action((named: string[], options: LiftOptions) =>
      run(
        async (context) =>
          (await import("./enforcement-work.ts")).liftBars(context, named, options),
        program.opts(),
      ),
    );
}
