import { z } from "zod";
import { isOwnActor } from "../contract/api-actor.ts";
import { assigneeLimit, incidentVerdicts, isIncidentId, noteLimit } from "../contract/incident.ts";
import { parseJson } from "../contract/parse-json.ts";
import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { askAggregator } from "./ask-aggregator.ts";
import type { Incident } from "./incident.ts";
import { incidentFinding, parseIncident } from "./incident-finding.ts";

const by = {
  id: z.string().refine(isIncidentId),
  /** Who decides, as the audit calls them. */
  actor: z.string().min(1).max(200),
};
const schema = z.discriminatedUnion("kind", [
  z.object({ ...by, kind: z.literal("assign"), assignee: z.string().min(1).max(assigneeLimit) }),
  z.object({
    ...by,
    kind: z.literal("close"),
    verdict: z.enum(incidentVerdicts),
    note: z.string().max(noteLimit),
  }),
]);

/** What a person decides about an incident. */
export type IncidentChange = z.infer<typeof schema>;

/** Why nothing was changed. */
const changeRefusals = ["unknown", "merged", "closed"] as const;
export type ChangeRefusal = (typeof changeRefusals)[number] | "unavailable";

export type ChangeOutcome =
  | { readonly incident: Incident; readonly refused?: never }
  | { readonly refused: ChangeRefusal; readonly detail: string };

/** Undefined for what is no request of ours. */
export function parseChange(subject: string, data: Uint8Array): IncidentChange | undefined {
  const change = schema.safeParse(parseJson(data)).data;
  return change && isOwnActor(subject.split(".").at(-1), change.actor) ? change : undefined;
}

/** What the aggregator answers. */
export const changeAnswer = (outcome: ChangeOutcome, nowMs: number): string =>
  JSON.stringify(
    outcome.refused === undefined ? incidentFinding(outcome.incident, nowMs) : outcome,
  );

/**
 * Has the aggregator change an incident. A change that was made and not answered is made again without
 * harm.
 */
export async function changeIncident(
  { connection, asker }: { readonly connection: NatsConnection; readonly asker: DecisionAsker },
  change: IncidentChange,
): Promise<ChangeOutcome> {
  return askAggregator({
    ...{ connection, subject: subjects.incidentChange(asker), request: change },
    parse: (data): ChangeOutcome | undefined => {
      const incident = parseIncident(data);
      return incident && { incident };
    },
    refusals: changeRefusals,
  });
}
