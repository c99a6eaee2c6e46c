import type { Incident } from "../../incidents/incident.ts";
import { changeIncident, type IncidentChange } from "../../incidents/incident-change.ts";
import { type IncidentFilter, isListed } from "../../incidents/incident-list.ts";
import { incidentView, wholeIncidentView } from "../../incidents/incident-view.ts";
import { storedIncident, storedIncidents } from "../../incidents/stored-incident.ts";
import type { ExportFormat } from "../../shared/export-formats.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { OperatorError } from "../operator-error.ts";
import { operatorName } from "../operator-settings.ts";
import { incidentCsvHead, incidentCsvLine } from "./incident-csv.ts";
import { incidentLine, incidentLines } from "./incident-lines.ts";

interface ListArguments {
  readonly filter: IncidentFilter;
  readonly limit: number;
  readonly json: boolean;
}

/** The newest of those that are asked for. */
async function newest(connection: NatsConnection, { filter, limit }: ListArguments) {
  let found = new Map<string, Incident>();
  const youngest = () => [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
  for await (const incident of storedIncidents(connection)) {
    if (isListed(incident, filter)) found.set(incident.id, incident);
    else found.delete(incident.id);
    // However many there are, not many more than are asked for are kept.
    if (found.size >= 2 * limit + 1_000) {
      found = new Map(youngest().map((each) => [each.id, each]));
    }
  }
  return youngest();
}

export const listIncidents = (context: CommandContext, options: ListArguments): Promise<number> =>
  withNats(context.variables, async (connection) => {
    for (const incident of await newest(connection, options)) {
      await (options.json
        ? context.output.json(JSON.stringify(incidentView(incident)))
        : context.output.line(...incidentLine(incident)));
    }
    return 0;
  });

export interface ExportArguments {
  readonly filter: IncidentFilter;
  readonly format: ExportFormat;
  /** Only those of which something was found since; milliseconds since 1970. */
  readonly sinceMs: number;
}

/**
 * All incidents in a form for other programs, however many. One that changes meanwhile comes again: of two
 * with one id the later counts.
 */
export const exportIncidents = (
  context: CommandContext,
  { filter, format, sinceMs }: ExportArguments,
): Promise<number> =>
  withNats(context.variables, async (connection) => {
    const { output } = context;
    if (format === "csv") await output.line(incidentCsvHead);
    for await (const incident of storedIncidents(connection)) {
      if (!isListed(incident, filter) || incident.lastSeen < sinceMs) continue;
      if (format === "csv") await output.line(incidentCsvLine(incident));
      else await output.json(JSON.stringify(wholeIncidentView(incident)));
    }
    return 0;
  });

export const showIncident = (
  context: CommandContext,
  { id, json }: { readonly id: string; readonly json: boolean },
): Promise<number> =>
  withNats(context.variables, async (connection) => {
    const incident = await storedIncident(connection, id);
    if (!incident) throw new OperatorError(`there is no incident ${id}`);
    await print(context, incident, json);
    return 0;
  });

export type Decision =
  | { readonly kind: "assign"; readonly assignee: string }
  | Pick<Extract<IncidentChange, { kind: "close" }>, "kind" | "verdict" | "note">;

/** Decides about incidents one by one. */
export const decideIncidents = (
  context: CommandContext,
  { ids, decision }: { readonly ids: readonly string[]; readonly decision: Decision },
): Promise<number> =>
  withNats(context.variables, async (connection) => {
    const actor = operatorName(context.variables);
    let failed = 0;
    for (const id of ids) {
      const outcome = await changeIncident(
        { connection, asker: "operator" },
        { ...decision, id, actor },
      );
      if (outcome.refused === undefined) {
        await context.output.line(...incidentLine(outcome.incident));
      } else {
        context.messages.line(`${id}: ${outcome.detail}`);
        failed++;
      }
    }
    return failed === 0 ? 0 : 1;
  });

async function print({ output }: CommandContext, incident: Incident, json: boolean) {
  if (json) return output.json(JSON.stringify(wholeIncidentView(incident)));
  for (const line of incidentLines(incident)) await output.line(...line);
}
