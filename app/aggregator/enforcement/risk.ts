import { z } from "zod";
import type { IncidentSeverity } from "../../contract/incident.ts";
import { parseJson } from "../../contract/parse-json.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";

/** What a finding adds to what is held against its client. */
export const points: Readonly<Record<IncidentSeverity, number>> = {
  low: 1,
  medium: 10,
  high: 40,
  critical: 100,
};

/** Less than this is nothing. */
const leastRisk = 0.5;

export interface RiskSettings {
  /** After so long half as much is held against a client. */
  readonly halfLifeMs: number;
  /** With so much it is to be barred. */
  readonly barRisk: number;
}

/** A bar that was decided, and is asked for until there is an answer. */
const wantedSchema = z.object({ id: z.string().min(1), incident: z.string().exactOptional() });
export type WantedBar = z.infer<typeof wantedSchema>;

const schema = z.object({
  clientId: z.string().min(1),
  risk: z.number().nonnegative(),
  /** When it was so much, in milliseconds since 1970. */
  atMs: z.number(),
  wanted: wantedSchema.exactOptional(),
});

/** What is held against a client: it halves with time. */
export type ClientRisk = z.infer<typeof schema>;

export const parseClientRisk = (body: Uint8Array): ClientRisk | undefined =>
  schema.safeParse(parseJson(body)).data;

export const riskAt = ({ risk, atMs }: ClientRisk, nowMs: number, halfLifeMs: number) =>
  risk * 0.5 ** (Math.max(0, nowMs - atMs) / halfLifeMs);

/** How long it takes until nothing is held against the client any more, in seconds. */
export const forgottenAfterSeconds = ({ risk }: ClientRisk, halfLifeMs: number) =>
  Math.ceil((Math.max(0, Math.log2(risk / leastRisk)) * halfLifeMs) / 1_000) + 60;

export const isForgotten = (risk: ClientRisk, nowMs: number, halfLifeMs: number) =>
  risk.wanted === undefined && riskAt(risk, nowMs, halfLifeMs) < leastRisk;

/**
 * Whether a finding says something about its client at all. That a device sent a message, its login
 * proves; whom an alert of the upstream broker is for, its publisher chooses.
 */
export const isProven = ({ origin }: SeenFinding) => origin === "device";

/** One finding more, of any age: what is late counts as what is left of it. */
export function raised(
  before: ClientRisk | undefined,
  { clientId, severity, time }: SeenFinding,
  halfLifeMs: number,
): ClientRisk {
  const added = { clientId, risk: points[severity], atMs: time };
  if (!before) return added;
  const atMs = Math.max(before.atMs, time);
  const risk = riskAt(before, atMs, halfLifeMs) + riskAt(added, atMs, halfLifeMs);
  return { ...before, risk, atMs };
}
