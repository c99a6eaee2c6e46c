import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import {
  assigneeLimit,
  incidentSeverities,
  incidentStatuses,
  incidentVerdicts,
  isIncidentId,
  noteLimit,
} from "../../contract/incident.ts";
import { exportFormats } from "../../shared/export-formats.ts";
import { isPrintable } from "../../shared/printable.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, collect, duration, examples, positive } from "../option-values.ts";

const ids = new Argument("<id...>", "ids of incidents").argParser(
  collect(isIncidentId, "The id of an incident is one that `sentinel incidents list` shows."),
);
const text = (limit: number) => (value: string) => {
  if (value.trim() !== "" && isPrintable(value, limit)) return value;
  throw new InvalidArgumentError(`It is one line of at most ${limit} characters, and not empty.`);
};

/** What was found, and what becomes of it. */
export function addIncidentCommands(program: Command, run: RunCommand): void {
  const incidents = program
    .command("incidents")
    .description("findings that are seen to together: shows them and says what they were");
  incidents
    .command("list")
    .description("lists incidents, the newest first")
    .addOption(new Option("--status <status>", "only those").choices(incidentStatuses))
    .addOption(new Option("--severity <severity>", "only those").choices(incidentSeverities))
    .option("--client <id>", "only those that name this client", clientId)
    .option("--rule <id>", "only those of this rule")
    .option("--limit <count>", "at most so many", positive, 50)
    .option("--json", "a JSON object a line", false)
    .addHelpText("after", examples("sentinel incidents list --status new --severity critical"))
    .action(({ json, limit, ...filter }) =>
      run(
        async (context) =>
          (await import("./incident-work.ts")).listIncidents(context, { json, limit, filter }),
        program.opts(),
      ),
    );
  incidents
    .command("show")
    .description("shows an incident with what was found and what happened")
    .addArgument(new Argument("<id>", "id of an incident").argParser(oneId))
    .option("--json", "as JSON", false)
    .action((id: string, { json }) =>
      run(
        async (context) => (await import("./incident-work.ts")).showIncident(context, { id, json }),
        program.opts(),
      ),
    );
  addExport(incidents, program, run);
  addDecisions(incidents, program, run);
}

function addExport(incidents: Command, program: Command, run: RunCommand): void {
  incidents
    .command("export")
    .description("writes all incidents for other programs, the one that changed last at the end")
    .addOption(
      new Option("--format <format>", "csv for a table, ndjson with what was found and happened")
        .choices(exportFormats)
        .default("csv"),
    )
    .option("--since <duration>", "only those of which something was found since", duration)
    .addOption(new Option("--status <status>", "only those").choices(incidentStatuses))
    .addOption(new Option("--severity <severity>", "only those").choices(incidentSeverities))
    .option("--client <id>", "only those that name this client", clientId)
    .option("--rule <id>", "only those of this rule")
    .addHelpText(
      "after",
      "\nTimes are UTC. An incident that changes meanwhile comes again: of two lines with one id the\n" +
        "later counts.\n" +
        examples("sentinel incidents export --since 30d > incidents.csv"),
    )
    .action(({ format, since = Number.POSITIVE_INFINITY, ...filter }) => {
      const sinceMs = Date.now() - since;
      return run(
        async (context) =>
          (await import("./incident-work.ts")).exportIncidents(context, {
            format,
            sinceMs,
            filter,
          }),
        program.opts(),
      );
    });
}

function addDecisions(incidents: Command, program: Command, run: RunCommand): void {
  incidents
    .command("assign")
    .description("says who sees to incidents")
    .addArgument(ids)
    .requiredOption("--to <name>", "who", text(assigneeLimit))
    .action((named: string[], { to: assignee }) => {
      const decision = { kind: "assign", assignee } as const;
      return run(
        async (context) =>
          (await import("./incident-work.ts")).decideIncidents(context, { ids: named, decision }),
        program.opts(),
      );
    });
  incidents
    .command("close")
    .description("says what incidents were; what is found afterwards opens others")
    .addArgument(ids)
    .addOption(
      new Option("--verdict <verdict>", "an attack, a mistake of the rule, or harmless")
        .choices(incidentVerdicts)
        .makeOptionMandatory(),
    )
    .requiredOption("--note <text>", "why", text(noteLimit))
    .addHelpText(
      "after",
      examples('sentinel incidents close mbx2k9qz-3f9a1c07 --verdict fp --note "test bench"'),
    )
    .action((named: string[], { verdict, note }) => {
      const decision = { kind: "close", verdict, note } as const;
      return run(
        async (context) =>
          (await import("./incident-work.ts")).decideIncidents(context, { ids: named, decision }),
        program.opts(),
      );
    });
}

function oneId(value: string): string {
  if (isIncidentId(value)) return value;
  throw new InvalidArgumentError("It is one that `sentinel incidents list` shows.");
}
