import { z } from "zod";
import {
  type IncidentSeverity,
  type IncidentStatus,
  type IncidentVerdict,
  incidentKinds,
  incidentSeverities,
  isIncidentId,
} from "../contract/incident.ts";
import { parseJson } from "../contract/parse-json.ts";
import type { Incident } from "./incident.ts";

/** OCSF 1.8 severity, status and verdict of an Incident Finding. */
const severityIds: Readonly<Record<IncidentSeverity, number>> = {
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};
const statusIds: Readonly<Record<IncidentStatus, number>> = { new: 1, in_progress: 2, closed: 5 };
const verdictIds: Readonly<Record<IncidentVerdict, number>> = { fp: 1, tp: 2, benign: 5 };

const keyOf = <K extends string>(ids: Readonly<Record<K, number>>, id: number): K | undefined =>
  (Object.keys(ids) as K[]).find((key) => ids[key] === id);

/** A number that stands for one of ours. */
const oneOf = <K extends string>(ids: Readonly<Record<K, number>>) =>
  z.number().transform((id, context): K => {
    const key = keyOf(ids, id);
    if (key !== undefined) return key;
    context.addIssue(`must be one of ${Object.values(ids).join(", ")}`);
    return z.NEVER;
  });

const time = z.int();
const count = z.int().nonnegative();
const evidence = z.object({
  time,
  clientId: z.string(),
  findingId: z.string(),
  subject: z.string(),
  excerpt: z.string(),
});

/** What is read back: the parts of OCSF that we use, and ours under `unmapped`. */
const schema = z.object({
  class_uid: z.literal(2005),
  start_time: time,
  end_time: time,
  count,
  severity_id: oneOf(severityIds),
  status_id: oneOf(statusIds),
  verdict_id: oneOf(verdictIds).optional(),
  comment: z.string().optional(),
  assignee: z.object({ name: z.string() }).optional(),
  attacks: z.array(z.object({ technique: z.object({ uid: z.string() }) })),
  metadata: z.object({ uid: z.string().refine(isIncidentId) }),
  finding_info_list: z.tuple([
    z.object({ title: z.string(), analytic: z.object({ uid: z.string(), name: z.string() }) }),
  ]),
  unmapped: z.object({
    region: z.string(),
    kind: z.enum(incidentKinds),
    client_count: count,
    clients: z.array(z.string()),
    ended_at: time.optional(),
    merged_into: z.string().optional(),
    evidence: z.object({ first: z.array(evidence), last: z.array(evidence) }),
    timeline: z.array(
      z.object({ time, actor: z.string(), what: z.string(), note: z.string().exactOptional() }),
    ),
    silenced: z.literal(true).optional(),
    told: z.object({
      ...{ notices: count, repeats: count, at: time, findings: count },
      severity: z.enum(incidentSeverities).exactOptional(),
    }),
  }),
});

/** An incident as it is stored: OCSF 1.8 Incident Finding. `loggedMs`: now. */
export function incidentFinding(incident: Incident, loggedMs: number) {
  const { id, rule, kind, status, verdict, note, assignee } = incident;
  const activity = status === "closed" ? 3 : incident.told.notices === 0 ? 1 : 2;
  return {
    class_uid: 2005,
    category_uid: 2,
    activity_id: activity,
    type_uid: 200_500 + activity,
    time: loggedMs,
    start_time: incident.firstSeen,
    end_time: incident.lastSeen,
    count: incident.findings,
    severity_id: severityIds[incident.severity],
    status_id: statusIds[status],
    ...(verdict !== undefined && { verdict_id: verdictIds[verdict] }),
    ...(note !== undefined && { comment: note }),
    ...(assignee !== undefined && { assignee: { name: assignee } }),
    message: `${incident.title} (${incident.findings} findings, ${incident.clientCount} clients)`,
    attacks: incident.techniques.map((uid) => ({ technique: { uid } })),
    metadata: {
      version: "1.8.0",
      uid: id,
      product: { name: "MQTT Sentinel aggregator", vendor_name: "MQTT Sentinel" },
    },
    finding_info_list: [
      { uid: id, title: incident.title, analytic: { uid: rule.id, name: rule.title, type_id: 1 } },
    ],
    unmapped: {
      region: incident.region,
      kind,
      client_count: incident.clientCount,
      clients: incident.clients,
      ...(incident.endedAt !== undefined && { ended_at: incident.endedAt }),
      ...(incident.mergedInto !== undefined && { merged_into: incident.mergedInto }),
      evidence: incident.evidence,
      timeline: incident.timeline,
      told: incident.told,
      ...(incident.silenced && { silenced: true }),
    },
  };
}

/** Undefined for what is not an incident of ours. */
export function parseIncident(body: Uint8Array): Incident | undefined {
  const read = schema.safeParse(parseJson(body)).data;
  if (!read) return undefined;
  const [{ title, analytic }] = read.finding_info_list;
  const { unmapped, verdict_id: verdict, comment: note, assignee } = read;
  return {
    id: read.metadata.uid,
    region: unmapped.region,
    kind: unmapped.kind,
    status: read.status_id,
    severity: read.severity_id,
    title,
    rule: { id: analytic.uid, title: analytic.name },
    clientCount: unmapped.client_count,
    clients: unmapped.clients,
    findings: read.count,
    firstSeen: read.start_time,
    lastSeen: read.end_time,
    ...(unmapped.ended_at !== undefined && { endedAt: unmapped.ended_at }),
    ...(unmapped.merged_into !== undefined && { mergedInto: unmapped.merged_into }),
    ...(assignee && { assignee: assignee.name }),
    ...(verdict !== undefined && { verdict }),
    ...(note !== undefined && { note }),
    techniques: read.attacks.map(({ technique }) => technique.uid),
    evidence: unmapped.evidence,
    timeline: unmapped.timeline,
    told: unmapped.told,
    ...(unmapped.silenced && { silenced: true }),
  };
}
