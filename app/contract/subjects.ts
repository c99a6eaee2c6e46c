/** Where a message came from: the trusted upstream broker, or a device's own report. */
export const origins = ["upstream", "device"] as const;
export type Origin = (typeof origins)[number];

/**
 * What is audited: logins, changes of the device registry, copies of streams that are given up, and
 * what became of held messages. Each kind has writers of its own.
 */
export const auditKinds = ["auth", "registry", "copies", "quarantine"] as const;
export type AuditKind = (typeof auditKinds)[number];

/** Who may ask for a decision about held messages. */
export type DecisionAsker = "console" | "operator";

/** MQTT topics, as publishers and devices see them. */
export const topics = {
  alerts: (clientId: string) => `clients/${clientId}/alerts`,
  reports: (clientId: string) => `clients/${clientId}/reports`,
  /** What a device asks for that lacks alerts. */
  resume: (clientId: string) => `clients/${clientId}/resume`,
} as const;

/**
 * What the bridge reads from the upstream broker. Wider than the alerts' own filter: a message on a
 * wrong topic must end in DEAD_LETTER, not be acknowledged by the broker and vanish.
 */
export const upstreamFilter = "clients/#";

/** User of the upstream broker who may read what is published where no alerts belong, and only that. */
export const upstreamWatcher = "watcher";

/** What the bridges tell each other through the upstream broker. No publisher may write there. */
export const upstreamNotes = {
  filter: "sentinel/bridges/#",
  /** A random name, from which on both bridges count what they receive. */
  marks: "sentinel/bridges/marks",
  /** A session is about to begin: it holds nothing of what was published before. */
  beginnings: "sentinel/bridges/beginnings",
  /**
   * Only the session itself subscribes: whether somebody does tells if its subscriptions are there. On it
   * a process that leaves also says how far the session was acknowledged, for the one that comes next.
   */
  probe: (session: string) => `sentinel/bridges/probes/${session}`,
} as const;

/**
 * NATS subjects. The client id is always the last token but for `clients.<id>.*` and
 * `deliver.<id>.*`, whose form the MQTT topics dictate. Ids must have passed `isClientId`.
 */
export const subjects = {
  ingress: (origin: Origin, clientId: string) => `ingress.${origin}.${clientId}`,
  alerts: (clientId: string) => `clients.${clientId}.alerts`,
  /** What MQTT_ALERTS has stored, on its way to the device. */
  delivery: (clientId: string) => `deliver.${clientId}.alerts`,
  reports: (clientId: string) => `reports.${clientId}`,
  /** The origin is part of it, so that no report can be held as if it were an alert. */
  quarantine: (origin: Origin | "*", clientId: string) => `quarantine.${origin}.${clientId}`,
  /** What was decided about the message of QUARANTINE that has this sequence. */
  quarantineDecision: (origin: Origin | "*", sequence: number | "*") =>
    `decisions.${origin}.${sequence}`,
  /** Request: `DecisionRequest`. Each who may ask has a subject of its own, which says who it was. */
  decisionRequest: (origin: Origin, asker: DecisionAsker | "*") => `decide.${origin}.${asker}`,
  event: (eventClass: string, clientId: string) => `events.${eventClass}.${clientId}`,
  deadLetter: (stage: string, reason: string) => `deadletter.${stage}.${reason}`,
  /** How far a bridge has come, told to the other one. Not stored. */
  bridgeStored: "bridges.stored",
  /** A client that failed to authenticate may carry any id: those share the token `_`. */
  authAudit: (clientId: string | undefined) => `audit.auth.${clientId ?? "_"}`,
  /** What concerns several devices at once has the token `_`. */
  quarantineAudit: (clientId: string | undefined) => `audit.quarantine.${clientId ?? "_"}`,
  /** The same. */
  registryAudit: (clientId: string | undefined) => `audit.registry.${clientId ?? "_"}`,
  /** A copy of a stream was given up, to be made anew. It concerns no device. */
  copyAudit: "audit.copies._",
  /** Beginning and end of one writer's chain of records. */
  auditChain: (kind: AuditKind, writer: string) => `audit.chain.${kind}.${writer}`,
  /** How far a writer's chain is, told to the others, who record it. Not stored itself. */
  auditHeads: (kind: AuditKind | "*") => `heads.audit.${kind}`,
  /** A device's record was changed: what is remembered of it and its sessions no longer count. */
  registryChange: (clientId: string) => `registry.changes.${clientId}`,
  /** The same once it is stored, told to whoever follows. */
  registryChanged: (clientId: string) => `registry.told.changes.${clientId}`,
  /** A device that is kept out of all regions, or was until somebody lifted it. */
  bar: (clientId: string) => `registry.bars.${clientId}`,
  /** The same of one that would be kept out, were bars enforced. */
  observedBar: (clientId: string) => `registry.observed.${clientId}`,
  /** Either of them once it is stored, told to whoever follows. */
  barTold: (clientId: string) => `registry.told.bars.${clientId}`,
  observedBarTold: (clientId: string) => `registry.told.observed.${clientId}`,
  /** Request of the aggregator: the device that is to be kept out. Reply: its bar, or why there is none. */
  barRequest: "bar.request",
  /** Request: nothing. Reply: the bars that are remembered. */
  barList: "bar.list",
  /** Request: whose bar is to end, and why. Each who may ask has a subject that says who it was. */
  barLift: (asker: DecisionAsker | "*") => `bar.lift.${asker}`,
  /** Whoever stores the message of a turn first compares sessions with the registry in it. */
  registrySweep: "registry.sweep",
  /** A device that was cut off, and until when. */
  cutOff: (clientId: string) => `cutoffs.${clientId}`,
  /** The same, told at once by the stream that has stored it. */
  cutOffTold: (clientId: string) => `cutoff.told.${clientId}`,
  /** Who logged in at this region's servers, as one replica of auth tells it. */
  logins: (replica: string) => `logins.${replica}`,
  /** The same, told at once by the stream that has stored it, or by a mirror. */
  loginsTold: (replica: string) => `login.told.${replica}`,
  /** A device asks for exactly what it lacks; the answer comes as its alerts do. */
  resume: (clientId: string) => `resume.${clientId}`,
  /** Up to when a device has what was sent to it. */
  lastSeen: (clientId: string) => `seen.${clientId}`,
  /** How far the copies of other regions' alerts were, by minute; one takes the place of an old one. */
  positions: (slot: string) => `positions.${slot}`,
  /** How far the alerts that a peer took in were sent to this region's devices, and who sends them. */
  sent: (peer: string) => `sent.${peer}`,
  /** Request: the device that is to be cut off, and why. Reply: its cut-off. */
  cutOffRequest: "cutoff.request",
  /** Request: connections of an edge from which nothing comes any more. Reply: how many were ended. */
  silentLines: "lines.silent",
  /** An incident as it is now. */
  incident: (id: string) => `incidents.state.${id}`,
  /** The same once it is stored, told to whoever follows. */
  incidentTold: (id: string) => `incidents.told.${id}`,
  /** A part of the clients of a campaign. */
  incidentMembers: (id: string, part: number | "*") => `incidents.members.${id}.${part}`,
  /** What is to be told of an incident, in order. */
  incidentNotice: (id: string, number: number | "*") => `incidents.notices.${id}.${number}`,
  /** How much is held against a client. */
  clientRisk: (clientId: string) => `incidents.risks.${clientId}`,
  /** How far a receiver has been told. */
  incidentSent: (receiver: string) => `incidents.sent.${receiver}`,
  /** How far findings are counted, and who counts them. */
  incidentCursor: "incidents.cursor",
  /** Request: what a person decides about an incident. Reply: the incident, or why it is not so. */
  incidentChange: (asker: DecisionAsker | "*") => `incident.change.${asker}`,
  /** What hides findings, as it is now. */
  exception: (id: string) => `incidents.exceptions.${id}`,
  /** Request: what is to be hidden, or not any more. Reply: the exception, or why it is not so. */
  exceptionChange: (asker: DecisionAsker | "*") => `exception.change.${asker}`,
  /** Request: how the stream of alerts is, for whom JetStream of the own account would answer otherwise. */
  alertStreamInfo: "alerts.info",
  /** Request: JSON array of client ids. Reply: JSON object of id to status. */
  registryStatus: "registry.status",
  /** The same of their labels, for at most `labelsRequestLimit`: JSON object of id to array. */
  registryLabels: "registry.labels",
  /** Request: which version of the keys of publishers is known. Reply: they, if there is another one. */
  publisherKeys: "registry.publisher-keys",
  /** Which devices changed: see `ChangesRequestSchema` and `ChangesReplySchema`. */
  registryChangesSince: "registry.changes-since",
} as const;

/** The client of `resume.<id>`. */
export const clientOfResume = (subject: string): string => subject.split(".")[1] ?? "";

/** A week of minutes, and some: no alert is kept for longer. */
export const positionSlots = 11_000;

/** The client of `clients.<id>.alerts`. */
export const alertedClient = (subject: string): string => subject.split(".")[1] ?? "";

/** What the aggregator writes, all of it together: the subjects of INCIDENTS. */
export const incidentSubjects = [
  subjects.incident("*"),
  subjects.incidentMembers("*", "*"),
  subjects.incidentNotice("*", "*"),
  subjects.incidentSent("*"),
  subjects.incidentCursor,
  subjects.exception("*"),
  subjects.clientRisk("*"),
] as const;

/** Reads `quarantine.<origin>.<client>`; undefined for what is none of it. */
export function parseQuarantineSubject(
  subject: string,
): { origin: Origin; clientId: string } | undefined {
  const [head, named, clientId, ...rest] = subject.split(".");
  const origin = origins.find((each) => each === named);
  if (head !== "quarantine" || !origin || !clientId || rest.length > 0) return undefined;
  return { origin, clientId };
}

/** Reads `ingress.<partition>.<origin>.<client>`, the form INGRESS stores. */
export function parseIngressSubject(
  subject: string,
): { partition: number; origin: Origin; clientId: string } | undefined {
  const [head, partition, origin, clientId, ...rest] = subject.split(".");
  if (head !== "ingress" || rest.length > 0 || !clientId) return undefined;
  if (origin !== "upstream" && origin !== "device") return undefined;
  return { partition: Number(partition), origin, clientId };
}

/** The kind of records that an AUDIT subject is for; undefined for a subject that is none of ours. */
export function auditKindOf(subject: string): AuditKind | undefined {
  const [head, first, second] = subject.split(".");
  const kind = first === "chain" ? second : first;
  return head === "audit" ? auditKinds.find((each) => each === kind) : undefined;
}
