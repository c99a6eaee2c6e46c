import type { ChangeRefusal, IncidentChange } from "../../incidents/incident-change.ts";
import { incidentView, wholeIncidentView } from "../../incidents/incident-view.ts";
import type { IncidentDesk } from "../incidents/incident-desk.ts";
import { type Api, type ApiOptions, actorOf, answer, failures } from "./api.ts";
import {
  Assignment,
  Closing,
  IncidentList,
  IncidentListQuery,
  OneIncident,
  WholeIncident,
} from "./incident-schemas.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const tags = ["incidents"];
const response = { 200: answer("The incident", WholeIncident), ...failures };

/** Findings that are seen to together. */
export function addIncidentRoutes(api: Api, { incidents }: ApiOptions): void {
  api.get(
    "/incidents",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists incidents, the newest first, page by page",
        querystring: IncidentListQuery,
        response: { 200: answer("A page", IncidentList), ...failures },
      },
    },
    async ({ query: { limit, after, ...filter } }) => {
      const { incidents: found, next } = incidents.book.page(filter, { limit, after });
      return { incidents: found.map(incidentView), ...(next !== undefined && { next }) };
    },
  );
  api.get(
    "/incidents/:id",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Shows an incident with what was found and what happened",
        description: "An incident that has become a part of a campaign leads to the campaign.",
        params: OneIncident,
        response,
      },
    },
    async ({ params: { id } }) => {
      const incident = await incidents.show(id);
      if (!incident) throw new Problem("no-such-incident", `there is no incident ${id}`);
      return wholeIncidentView(incident);
    },
  );
  addDecisions(api, incidents);
}

/** What operators may decide. */
function addDecisions(api: Api, incidents: IncidentDesk): void {
  api.post(
    "/incidents/:id/assign",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Says who sees to an incident",
        ...{ params: OneIncident, body: Assignment, response },
      },
    },
    (request) => {
      const { id } = request.params;
      const { assignee } = request.body;
      return decide(incidents, { kind: "assign", id, assignee, actor: actorOf(request) });
    },
  );
  api.post(
    "/incidents/:id/close",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Says what an incident was, and that nothing more is to be done",
        description: "What is found afterwards opens another one. It may be judged anew.",
        ...{ params: OneIncident, body: Closing, response },
      },
    },
    (request) => {
      const { id } = request.params;
      const { verdict, note } = request.body;
      return decide(incidents, { kind: "close", id, verdict, note, actor: actorOf(request) });
    },
  );
}

const refusals = {
  unknown: "no-such-incident",
  merged: "incident-merged",
  closed: "incident-closed",
  unavailable: "incidents-unavailable",
} as const satisfies Record<ChangeRefusal, ProblemCode>;

async function decide(incidents: IncidentDesk, change: IncidentChange) {
  const outcome = await incidents.change(change);
  if (outcome.refused === undefined) return wholeIncidentView(outcome.incident);
  const headers = outcome.refused === "unavailable" ? { "retry-after": "2" } : {};
  throw new Problem(refusals[outcome.refused], outcome.detail, { headers });
}
