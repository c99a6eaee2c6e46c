/** What has become of an incident: nobody has looked yet, somebody sees to it, somebody has decided. */
export const incidentStatuses = ["new", "in_progress", "closed"] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** Weakest first. */
export const incidentSeverities = ["low", "medium", "high", "critical"] as const;
export type IncidentSeverity = (typeof incidentSeverities)[number];

/** What a person found it to be: an attack, a mistake of the rule, or real and harmless. */
export const incidentVerdicts = ["tp", "fp", "benign"] as const;
export type IncidentVerdict = (typeof incidentVerdicts)[number];

/** One rule on one client, or one rule on many clients. */
export const incidentKinds = ["client", "campaign"] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** A token of subjects, and what a person types. Later incidents sort after earlier ones. */
export const incidentIdPattern = /^[0-9a-z]{8,9}-[0-9a-f]{8}$/;
export const isIncidentId = (text: string) => incidentIdPattern.test(text);

/** What an incident keeps of its many: clients by name, and findings of its beginning and its end. */
export const namedClients = 20;
export const evidenceEach = 5;

/** Characters of what a person writes. */
export const noteLimit = 2_000;
export const assigneeLimit = 128;

/** What closes an incident that came of nothing: so many hours without a finding end it. */
export const quietHours = 24;

/** How long incidents are kept after their last change, unless a region's settings say otherwise. */
export const incidentDays = 90;

/** What Alertmanager knows each incident's alert by, and routes it by. */
export const incidentAlert = "SentinelIncident";
