import type { IncidentSeverity, IncidentStatus } from "../contract/incident.ts";
import type { Incident } from "./incident.ts";

export interface IncidentFilter {
  readonly status?: IncidentStatus | undefined;
  readonly severity?: IncidentSeverity | undefined;
  /** One of those that the incident names. */
  readonly client?: string | undefined;
  /** Its id. */
  readonly rule?: string | undefined;
}

/** Whether it is one, and is asked for. */
export const isListed = (incident: Incident, filter: IncidentFilter): boolean =>
  incident.mergedInto === undefined &&
  (filter.status === undefined || incident.status === filter.status) &&
  (filter.severity === undefined || incident.severity === filter.severity) &&
  (filter.rule === undefined || incident.rule.id === filter.rule) &&
  (filter.client === undefined || incident.clients.includes(filter.client));
