import { incidentDays } from "./incident.ts";
import { type Lane, lanes } from "./lanes.ts";
import { auditDays, cutOffMemoryHours, quarantineDays } from "./limits.ts";
import { partitionCount, partitionedSubject } from "./partitions.ts";
import { mirroredStreams, mirrorSource, type Reading } from "./peers.ts";
import {
  days,
  hours,
  type MirrorDefinition,
  type StreamDefinition,
  type StreamScale,
  seconds,
  stream,
} from "./stream-definition.ts";
import { incidentSubjects, type Origin, subjects } from "./subjects.ts";

const ingressSubject = (origin: Origin | "*") => `ingress.${origin}.*`;

/**
 * The log of a lane: it pushes back when it is full, and never drops. The transform names any
 * origin, as it did when one log took all of them.
 */
const ingressStream = (
  scale: StreamScale,
  { stream: name, origin }: Lane,
  particulars: Pick<StreamDefinition, "description"> &
    Partial<Pick<StreamDefinition, "duplicate_window">>,
) =>
  stream(scale, {
    name,
    subjects: [ingressSubject(origin)],
    subject_transform: {
      src: ingressSubject("*"),
      dest: partitionedSubject(scale.partitions ?? partitionCount),
    },
    discard: "new",
    ...particulars,
  });

/** What a log takes while it is split anew: nobody sends it. */
export const closedSubject = (stream: string) => `closed.${stream}`;

const partitionStream = (scale: StreamScale, { stream: log, bucket }: Lane) =>
  stream(scale, {
    name: `KV_${bucket}`,
    description: `Cursor, lease and fence of each ${log} partition; heartbeats of its inspectors`,
    subjects: [`$KV.${bucket}.>`],
    discard: "new",
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
  });

/** What a device's record has become is told for longer than any of its sessions lasts. */
const changeStream = (scale: StreamScale) =>
  stream(scale, {
    name: "REGISTRY_CHANGES",
    description:
      "Changed devices and barred ones, whose sessions are to be closed; the last of each",
    subjects: [
      subjects.registryChange("*"),
      subjects.bar("*"),
      subjects.observedBar("*"),
      subjects.registrySweep,
    ],
    // Each kind under a subject of its own: see `registryChanged` and `barTold`.
    republish: { src: "registry.*.*", dest: "registry.told.{{wildcard(1)}}.{{wildcard(2)}}" },
    max_age: hours(24),
    max_msgs_per_subject: 1,
  });

/**
 * Devices that sent too much, for longer than any of them stays cut off: so the next time is longer.
 */
const cutOffStream = (scale: StreamScale) =>
  stream(scale, {
    name: "CUT_OFFS",
    description: "Devices that were cut off, and until when; the last time of each",
    subjects: [subjects.cutOff("*")],
    republish: { src: subjects.cutOff("*"), dest: subjects.cutOffTold("{{wildcard(1)}}") },
    max_age: hours(cutOffMemoryHours),
    max_msgs_per_subject: 1,
    duplicate_window: seconds(120),
  });

/** As long as there is room: also a device that comes back after months is told what it missed. */
const lastSeenStream = (scale: StreamScale) =>
  stream(scale, {
    name: "LAST_SEEN",
    description: "Up to when each device has what was sent to it",
    subjects: [subjects.lastSeen("*"), subjects.positions("*"), subjects.sent("*")],
    max_msgs_per_subject: 1,
    duplicate_window: seconds(120),
  });

/** Who logged in, for longer than any session lasts: a replica that starts knows what is here. */
const loginStream = (scale: StreamScale) =>
  stream(scale, {
    name: "LOGINS",
    description: "Devices that were admitted, in groups, for the other regions",
    subjects: [subjects.logins("*")],
    republish: { src: subjects.logins("*"), dest: subjects.loginsTold("{{wildcard(1)}}") },
    max_age: hours(14),
    duplicate_window: seconds(120),
  });

/** As old as what they are about may become, and for a moment longer. */
const decisionStream = (scale: StreamScale) =>
  stream(scale, {
    name: "QUARANTINE_DECISIONS",
    description: "What was decided about held messages; the last state of each decision",
    subjects: [subjects.quarantineDecision("*", "*")],
    discard: "new",
    max_age: days(quarantineDays) + hours(1),
    max_msgs_per_subject: 1,
    duplicate_window: seconds(120),
  });

/**
 * Incidents, how far findings are counted in them and what is to be told of them: one stream, since
 * all of it changes together.
 */
const incidentStream = (scale: StreamScale) =>
  stream(scale, {
    name: "INCIDENTS",
    description: "Incidents, OCSF Incident Finding; what is to be told of them, and to whom it was",
    subjects: [...incidentSubjects],
    republish: {
      src: subjects.incident("*"),
      dest: subjects.incidentTold("{{wildcard(1)}}"),
    },
    max_age: days(scale.incidentDays ?? incidentDays),
    max_msgs_per_subject: 1,
    duplicate_window: seconds(120),
    allow_atomic: true,
    allow_msg_ttl: true,
  });

const alertStream = (scale: StreamScale) =>
  stream(scale, {
    name: "MQTT_ALERTS",
    description: "Alerts that passed inspection, as they were sent to the devices",
    subjects: ["clients.*.alerts"],
    max_age: hours(scale.alertRetentionHours),
  });

/**
 * What a region keeps of a peer's streams, in the peer's source account. Each mirror has the name
 * of the original, and its republish too, so that both are used in the same way. The peer's
 * JetStream domain is its region name.
 */
export function mirrorDefinitions(
  scale: StreamScale,
  reading: Reading,
): readonly MirrorDefinition[] {
  const originals = streamDefinitions(scale);
  return mirroredStreams.map((name) => {
    const original = originals.find((each) => each.name === name);
    if (!original) throw new Error(`there is no stream ${name} to mirror`);
    const { subjects: _, duplicate_window: __, ...kept } = original;
    return {
      ...kept,
      description: `${kept.description}; of ${reading.origin}`,
      mirror: mirrorSource(name, reading),
      mirror_direct: true,
    };
  });
}

/**
 * Every stream of a region, the partition buckets included; `stores` says which account has it.
 *
 * The duplicate window covers, for INGRESS, what two bridges may both store and how long an alert's id
 * counts, and for what the inspector writes, the longest absence of all inspectors. It costs memory by the id, so the streams that grow with the
 * number of devices get by with two minutes.
 */
export function streamDefinitions(scale: StreamScale): readonly StreamDefinition[] {
  return [
    ingressStream(scale, lanes.alerts, {
      description: "Alerts taken in, in order, until they are inspected",
    }),
    ingressStream(scale, lanes.reports, {
      description: "Devices' reports taken in, in order, until they are inspected",
      // Gates send again what was not acknowledged, within seconds as a rule. Beyond this a report that
      // was stored may be stored twice: there are too many to remember their ids for longer.
      duplicate_window: seconds(120),
    }),
    alertStream(scale),
    changeStream(scale),
    cutOffStream(scale),
    loginStream(scale),
    lastSeenStream(scale),
    stream(scale, {
      name: "REPORTS",
      description: "What devices sent and inspection let pass",
      subjects: ["reports.*"],
      max_age: hours(scale.alertRetentionHours),
      duplicate_window: seconds(120),
    }),
    stream(scale, {
      name: "QUARANTINE",
      description: "Messages held back by a verdict",
      subjects: [subjects.quarantine("*", "*")],
      discard: "new",
      max_age: days(quarantineDays),
    }),
    decisionStream(scale),
    stream(scale, {
      name: "SECURITY_EVENTS",
      description: "Findings of the inspector, OCSF Detection Finding",
      subjects: ["events.*.*"],
      max_age: days(30),
    }),
    incidentStream(scale),
    stream(scale, {
      name: "AUDIT",
      description: "Every login decision and registry change, OCSF, chained by writer",
      subjects: ["audit.>"],
      discard: "new",
      max_age: days(auditDays),
      deny_purge: true,
      duplicate_window: seconds(120),
    }),
    stream(scale, {
      name: "DEAD_LETTER",
      description: "Messages that could not be taken, each with its reason",
      subjects: ["deadletter.*.*"],
      max_age: days(30),
    }),
    partitionStream(scale, lanes.alerts),
    partitionStream(scale, lanes.reports),
  ];
}

/**
 * How long Mosquitto keeps the session of an absent bridge: what it acknowledged is in there, so longer
 * than anybody lets both bridges or JetStream be away. While one bridge is there, it drops the
 * other's session long before.
 */
export const bridgeSessionExpirySeconds = 24 * 3600;
