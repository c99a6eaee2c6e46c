import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import {
  assigneeLimit,
  incidentIdPattern,
  incidentKinds,
  incidentSeverities,
  incidentStatuses,
  incidentVerdicts,
  namedClients,
  noteLimit,
} from "../../contract/incident.ts";
import { oneLine } from "./one-line.ts";

const pageLimit = 200;
const incidentId = z.string().regex(incidentIdPattern, "must be the id of an incident");
const time = z.iso.datetime();
const count = z.int().nonnegative();

export const OneIncident = z.object({ id: incidentId });

export const IncidentListQuery = z.strictObject({
  status: z.enum(incidentStatuses).optional(),
  severity: z.enum(incidentSeverities).optional(),
  client: z
    .string()
    .regex(clientIdPattern, `must be ${clientIdRule}`)
    .optional()
    .describe(`Only incidents that name it: a campaign names its first ${namedClients} clients`),
  rule: z.string().min(1).max(200).optional().describe("Only incidents of the rule with this id"),
  limit: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(pageLimit, `must be at most ${pageLimit}`)
    .default(50)
    .describe("Incidents of one page at most"),
  after: incidentId.optional().describe("The `next` of the page before"),
});

export const Assignment = z.strictObject({
  assignee: oneLine(assigneeLimit).min(1, "must not be empty"),
});

export const Closing = z.strictObject({
  verdict: z.enum(incidentVerdicts).describe("An attack, a mistake of the rule, or harmless"),
  note: oneLine(noteLimit),
});

const shown = {
  id: z.string(),
  region: z.string(),
  status: z.enum(incidentStatuses),
  severity: z.enum(incidentSeverities),
  kind: z.enum(incidentKinds).describe("One client, or many with the same rule"),
  title: z.string(),
  rule: z.object({ id: z.string(), title: z.string() }),
  clientCount: count,
  clients: z.array(z.string()).describe(`The first ${namedClients} of them`),
  findings: count,
  firstSeen: time,
  lastSeen: time,
  endedAt: time
    .optional()
    .describe("Since then nothing is counted in it: it was closed, or nothing came for long"),
  assignee: z.string().optional(),
  verdict: z.enum(incidentVerdicts).optional(),
  note: z.string().optional(),
  silenced: z
    .literal(true)
    .optional()
    .describe("Silences covered all its findings since it was told: nobody is told of those"),
  techniques: z.array(z.string()).describe("Of ATT&CK"),
};

export const Incident = z.object(shown).meta({ id: "Incident" });

export const WholeIncident = z
  .object({
    ...shown,
    evidence: z
      .array(
        z.object({
          time,
          clientId: z.string(),
          findingId: z.string(),
          subject: z.string(),
          excerpt: z.string(),
        }),
      )
      .describe("The first findings and the last"),
    timeline: z.array(
      z.object({ time, actor: z.string(), what: z.string(), note: z.string().optional() }),
    ),
  })
  .meta({ id: "WholeIncident" });

export const IncidentList = z
  .object({
    incidents: z.array(Incident),
    next: z.string().optional().describe("`after` of the next page; absent on the last"),
  })
  .meta({ id: "IncidentList" });
