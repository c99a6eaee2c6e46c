import type {
  IncidentKind,
  IncidentSeverity,
  IncidentStatus,
  IncidentVerdict,
} from "../../../contract/incident.ts";

/** What the API says of findings that are seen to together. */
export interface Incident {
  readonly id: string;
  readonly region: string;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  readonly kind: IncidentKind;
  readonly title: string;
  readonly rule: { readonly id: string; readonly title: string };
  readonly clientCount: number;
  /** The first of them. */
  readonly clients: readonly string[];
  readonly findings: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Since then nothing is counted in it. */
  readonly endedAt?: string;
  readonly assignee?: string;
  readonly verdict?: IncidentVerdict;
  readonly note?: string;
  readonly techniques: readonly string[];
}

export interface Evidence {
  readonly time: string;
  readonly clientId: string;
  readonly findingId: string;
  readonly subject: string;
  readonly excerpt: string;
}

export interface TimelineEntry {
  readonly time: string;
  readonly actor: string;
  readonly what: string;
  readonly note?: string;
}

export interface WholeIncident extends Incident {
  /** The first findings and the last. */
  readonly evidence: readonly Evidence[];
  readonly timeline: readonly TimelineEntry[];
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  readonly next?: string;
}

/** What a list is narrowed by, as the address of the view has it. */
const filters = ["status", "severity", "client", "rule"] as const;

export const isNarrowed = (address: URLSearchParams) => filters.some((name) => address.get(name));

const pageSize = 50;

/** The request of a list, from the address of its view. */
export function incidentListPath(address: URLSearchParams): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  for (const name of [...filters, "after"]) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  return `/incidents?${query}`;
}

export const incidentPath = (id: string, rest = "") =>
  `/incidents/${encodeURIComponent(id)}${rest}`;

export const statusNames = {
  new: "new",
  in_progress: "in progress",
  closed: "closed",
} as const satisfies Record<IncidentStatus, string>;

export const verdictNames = {
  tp: "an attack",
  fp: "a mistake of the rule",
  benign: "harmless",
} as const satisfies Record<IncidentVerdict, string>;

/** What has become of an incident, in a few words. */
export function stateOf({ status, verdict, endedAt }: Incident): string {
  if (verdict !== undefined) return `closed: ${verdictNames[verdict]}`;
  const isOver = status !== "closed" && endedAt !== undefined;
  return isOver ? `${statusNames[status]}, over` : statusNames[status];
}

/** How much of what was found is shown. */
export function shownOf({ evidence, findings }: Pick<WholeIncident, "evidence" | "findings">) {
  if (evidence.length >= findings) return "All that was found";
  return "The first that was found, and the last";
}
