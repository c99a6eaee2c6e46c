import type {
  IncidentKind,
  IncidentSeverity,
  IncidentStatus,
  IncidentVerdict,
} from "../contract/incident.ts";

/** One finding, as it shows in an incident. Times are milliseconds since 1970. */
export interface Evidence {
  readonly time: number;
  readonly clientId: string;
  /** Of the event in SECURITY_EVENTS. */
  readonly findingId: string;
  readonly subject: string;
  /** The beginning of what was found, secrets masked; empty where nothing was sent. */
  readonly excerpt: string;
}

/** What happened to an incident, and by whom: `sentinel`, or a person as the audit calls them. */
export interface TimelineEntry {
  readonly time: number;
  readonly actor: string;
  readonly what: string;
  readonly note?: string;
}

/** Findings that are seen to together. Times are milliseconds since 1970. */
export interface Incident {
  readonly id: string;
  readonly region: string;
  readonly kind: IncidentKind;
  readonly status: IncidentStatus;
  readonly severity: IncidentSeverity;
  readonly title: string;
  readonly rule: { readonly id: string; readonly title: string };
  readonly clientCount: number;
  /** The first of them. */
  readonly clients: readonly string[];
  readonly findings: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Since when nothing is counted in it any more: it was closed, or nothing came for long. */
  readonly endedAt?: number;
  /** The campaign that it became a part of. It is no incident of its own any more. */
  readonly mergedInto?: string;
  readonly assignee?: string;
  readonly verdict?: IncidentVerdict;
  readonly note?: string;
  readonly techniques: readonly string[];
  readonly evidence: { readonly first: readonly Evidence[]; readonly last: readonly Evidence[] };
  readonly timeline: readonly TimelineEntry[];
  readonly told: Told;
  /** Silences covered all findings since it was told: nobody is told until one comes that none covers. */
  readonly silenced?: true;
}

/** What was told of an incident, if anything was: how often, and what was said last. */
export interface Told {
  readonly notices: number;
  /** How often only that it goes on. */
  readonly repeats: number;
  readonly at: number;
  readonly findings: number;
  readonly severity?: IncidentSeverity;
}

export const nothingTold: Told = { notices: 0, repeats: 0, at: 0, findings: 0 };

/** Whether findings are still counted in it. */
export const isOpen = ({ status, endedAt }: Incident) =>
  status !== "closed" && endedAt === undefined;
