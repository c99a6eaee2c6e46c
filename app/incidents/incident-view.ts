import type { Evidence, Incident } from "./incident.ts";

const iso = (ms: number) => new Date(ms).toISOString();

/** An incident as people and programs are shown it; times are ISO 8601. */
export function incidentView(incident: Incident) {
  const { id, region, status, severity, kind, title, rule } = incident;
  const { endedAt, assignee, verdict, note, silenced } = incident;
  return {
    ...{ id, region, status, severity, kind, title, rule },
    clientCount: incident.clientCount,
    clients: [...incident.clients],
    findings: incident.findings,
    firstSeen: iso(incident.firstSeen),
    lastSeen: iso(incident.lastSeen),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    ...(assignee !== undefined && { assignee }),
    ...(verdict !== undefined && { verdict }),
    ...(note !== undefined && { note }),
    ...(silenced && { silenced }),
    techniques: [...incident.techniques],
  };
}

const evidenceView = ({ time, ...evidence }: Evidence) => ({ time: iso(time), ...evidence });

/** The same with what was found and what happened. */
export const wholeIncidentView = (incident: Incident) => ({
  ...incidentView(incident),
  evidence: [...incident.evidence.first, ...incident.evidence.last].map(evidenceView),
  timeline: incident.timeline.map(({ time, ...entry }) => ({ time: iso(time), ...entry })),
});
