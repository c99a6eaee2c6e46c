import { randomBytes } from "node:crypto";
import {
  evidenceEach,
  type IncidentKind,
  type IncidentSeverity,
  incidentSeverities,
  namedClients,
} from "../../contract/incident.ts";
import {
  type Evidence,
  type Incident,
  nothingTold,
  type TimelineEntry,
} from "../../incidents/incident.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";
import { isUntold } from "./telling.ts";

/** Who does what nobody decided. */
export const ourselves = "sentinel";

/** Entries of a timeline; beyond them those in the middle go. */
const timelineLimit = 60;
const techniqueLimit = 20;

/** @param nowMs milliseconds since 1970, which no later id may be below. */
export const newIncidentId = (nowMs: number) =>
  `${Math.floor(nowMs).toString(36)}-${randomBytes(4).toString("hex")}`;

const evidenceOf = ({ time, clientId, id, subject, excerpt }: SeenFinding): Evidence => ({
  ...{ time, clientId, findingId: id, subject, excerpt },
});

export interface Opening {
  readonly id: string;
  readonly region: string;
  readonly kind: IncidentKind;
  readonly nowMs: number;
  readonly what: string;
}

/** An incident with its first finding. */
export function opened(finding: SeenFinding, opening: Opening): Incident {
  const { id, region, kind, nowMs, what } = opening;
  const { clientId, rule, severity, time, techniques } = finding;
  return {
    ...{ id, region, kind, severity, rule, techniques: techniques.slice(0, techniqueLimit) },
    status: "new",
    title: kind === "client" ? `${rule.title}: ${clientId}` : `${rule.title}: many clients`,
    ...{ clientCount: 1, clients: [clientId], findings: 1, firstSeen: time, lastSeen: time },
    evidence: { first: [evidenceOf(finding)], last: [] },
    timeline: [{ time: nowMs, actor: ourselves, what }],
    told: nothingTold,
    ...(finding.silenced && { silenced: true }),
  };
}

const worse = (a: IncidentSeverity, b: IncidentSeverity) =>
  incidentSeverities.indexOf(b) > incidentSeverities.indexOf(a) ? b : a;

function techniquesWith(known: readonly string[], more: readonly string[]): readonly string[] {
  if (more.every((each) => known.includes(each))) return known;
  return [...new Set([...known, ...more])].slice(0, techniqueLimit);
}

function evidenceWith(
  { first, last }: Incident["evidence"],
  finding: SeenFinding,
): Incident["evidence"] {
  const next = evidenceOf(finding);
  if (first.length < evidenceEach) return { first: [...first, next], last };
  return { first, last: [...last.slice(1 - evidenceEach), next] };
}

/**
 * One finding more. What is to be told already stays so whatever a silence covers afterwards: the
 * findings of a campaign are of many clients, and a silence is about some of them.
 *
 * @param isNew whether its client was none of the incident's before.
 */
export function counted(incident: Incident, finding: SeenFinding, isNew: boolean): Incident {
  const { silenced: _, ...before } = incident;
  const { clients } = incident;
  return {
    ...before,
    ...(finding.silenced && !isUntold(incident) && { silenced: true }),
    severity: worse(incident.severity, finding.severity),
    clientCount: incident.clientCount + (isNew ? 1 : 0),
    clients: isNew && clients.length < namedClients ? [...clients, finding.clientId] : clients,
    findings: incident.findings + 1,
    firstSeen: Math.min(incident.firstSeen, finding.time),
    lastSeen: Math.max(incident.lastSeen, finding.time),
    techniques: techniquesWith(incident.techniques, finding.techniques),
    evidence: evidenceWith(incident.evidence, finding),
  };
}

export function noted(incident: Incident, entry: TimelineEntry): Incident {
  const { timeline } = incident;
  const kept =
    timeline.length < timelineLimit
      ? timeline
      : [...timeline.slice(0, timelineLimit / 2), ...timeline.slice(1 - timelineLimit / 2)];
  return { ...incident, timeline: [...kept, entry] };
}

/** The campaign that incidents of single clients become, the oldest first. */
export function campaignOf(
  parts: readonly [Incident, ...Incident[]],
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): Incident {
  const { silenced: _, ...oldest } = parts[0];
  const evidence = parts
    .flatMap((each) => [...each.evidence.first, ...each.evidence.last])
    .sort((a, b) => a.time - b.time);
  const what = `a campaign: the same on ${parts.length} clients`;
  return {
    ...oldest,
    id,
    kind: "campaign",
    severity: parts.map((each) => each.severity).reduce(worse),
    title: `${oldest.rule.title}: many clients`,
    clientCount: parts.length,
    clients: parts.flatMap((each) => each.clients).slice(0, namedClients),
    findings: parts.reduce((sum, each) => sum + each.findings, 0),
    firstSeen: Math.min(...parts.map((each) => each.firstSeen)),
    lastSeen: Math.max(...parts.map((each) => each.lastSeen)),
    techniques: parts.map((each) => each.techniques).reduce(techniquesWith),
    evidence: {
      first: evidence.slice(0, evidenceEach),
      last: evidence.slice(evidenceEach).slice(-evidenceEach),
    },
    timeline: [{ time: nowMs, actor: ourselves, what }],
    told: nothingTold,
    ...(parts.every((each) => each.silenced) && { silenced: true }),
  };
}

/** An incident that is one no more. */
export const merged = (incident: Incident, mergedInto: string, nowMs: number): Incident =>
  noted(
    { ...incident, mergedInto, status: "closed", endedAt: nowMs },
    { time: nowMs, actor: ourselves, what: `became a part of campaign ${mergedInto}` },
  );

/** Nothing came for long: the next finding opens another one. */
export const ended = (incident: Incident, nowMs: number): Incident =>
  noted(
    { ...incident, endedAt: nowMs },
    { time: nowMs, actor: ourselves, what: "ended: nothing more was found" },
  );
