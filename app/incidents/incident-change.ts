import { z } from "zod";
import { isOwnActor } from "../contract/api-actor.ts";
import { assigneeLimit, incidentVerdicts, isIncidentId, noteLimit } from "../contract/incident.ts";
import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
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
export const changeRefusals = ["unknown", "merged", "closed", "unavailable"] as const;
export type ChangeRefusal = (typeof changeRefusals)[number];

export type ChangeOutcome =
  | { readonly incident: Incident; readonly refused?: never }
  | { readonly refused: ChangeRefusal; readonly detail: string };

const answerSchema = z.object({ refused: z.enum(changeRefusals), detail: z.string() });

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

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

/** As long as a standby takes over from an active one that was killed, and a little more. */
const patienceMs = 8_000;
const attemptMs = 4_000;

/**
 * Has the aggregator change an incident. While none is active, or one hands over, it asks again for a
 * while; a change that was made and not answered is made again without harm.
 */
export async function changeIncident(
  asked: { readonly connection: NatsConnection; readonly asker: DecisionAsker },
  change: IncidentChange,
): Promise<ChangeOutcome> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const outcome = await ask(asked, change);
    if (outcome.refused !== "unavailable" || performance.now() >= untilMs) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function ask(
  { connection, asker }: { readonly connection: NatsConnection; readonly asker: DecisionAsker },
  change: IncidentChange,
): Promise<ChangeOutcome> {
  try {
    const payload = JSON.stringify(change);
    const { data } = await connection.request(subjects.incidentChange(asker), payload, {
      timeout: attemptMs,
    });
    const incident = parseIncident(data);
    if (incident) return { incident };
    const refused = answerSchema.safeParse(parseJson(data)).data;
    return refused ?? unavailable("it answers what cannot be read");
  } catch (error) {
    return unavailable((error as Error).message);
  }
}

const unavailable = (why: string) =>
  ({ refused: "unavailable", detail: `the aggregator does not answer: ${why}` }) as const;
