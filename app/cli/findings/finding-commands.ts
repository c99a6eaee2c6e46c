import { type Command, Option } from "commander";
import { incidentSeverities } from "../../contract/incident.ts";
import { exportFormats } from "../../shared/export-formats.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, duration, examples } from "../option-values.ts";

/** `sentinel findings`: what was found, one by one. */
export function addFindingCommands(program: Command, run: RunCommand): void {
  const findings = program
    .command("findings")
    .description("what inspection found, one by one; incidents are findings seen to together");
  findings
    .command("export")
    .description("writes all findings that are stored for other programs, oldest first")
    .addOption(
      new Option("--format <format>", "csv for a table, ndjson for a JSON object a line")
        .choices(exportFormats)
        .default("csv"),
    )
    .option("--since <duration>", "only what was found since", duration)
    .addOption(new Option("--severity <severity>", "only those").choices(incidentSeverities))
    .option("--client <id>", "only those of this client", clientId)
    .option("--rule <id>", "only those of this rule")
    .addHelpText(
      "after",
      "\nTimes are UTC. Findings are kept for 30 days. Those of synthetic attacks are left out.\n" +
        examples("sentinel findings export --since 7d --severity critical > findings.csv"),
    )
    .action(({ format, since, ...wanted }) => {
      const filter = { ...wanted, since: since && Date.now() - since };
      return run(
        async (context) =>
          (await import("./export-findings.ts")).exportFindings(context, { filter, format }),
        program.opts(),
      );
    });
}
