import { auditedRefusalsPerMinute } from "../../app/contract/limits.ts";
import { mqttFileBytes } from "../../app/contract/mqtt-streams.ts";
import { mirroredStreams } from "../../app/contract/peers.ts";
import { peersOf } from "../../app/contract/regions.ts";
import type { StreamBounds, StreamName } from "../../app/contract/stream-bounds.ts";
import { streamBounds } from "../../app/contract/stream-bounds.ts";
import { streamDefinitions } from "../../app/contract/streams.ts";
import { assumed, measured, planned } from "./measurements.ts";
import type { Demand } from "./plan.ts";
import { autoscaledMost, planAuth } from "./services.ts";

const gib = 1024 ** 3;
const secondsPerDay = 86_400;

/** The contract's definitions, which say how long each stream keeps and remembers. */
function contractOf(demand: Demand) {
  const streams = streamDefinitions({
    replicas: 3,
    maxBytes: streamBounds,
    alertRetentionHours: demand.retentionHours,
  });
  const stream = (name: StreamName) => {
    const found = streams.find((each) => each.name === name);
    if (!found) throw new Error(`the contract has no stream ${name}`);
    return found;
  };
  return {
    ageSeconds: (name: StreamName) => stream(name).max_age / 1e9,
    windowSeconds: (name: StreamName) => stream(name).duplicate_window / 1e9,
  };
}

type Grown = Exclude<StreamName, `KV_${string}` | "CUT_OFFS" | "LOGINS" | "QUARANTINE_DECISIONS">;

/**
 * Bytes of each stream when it is as old as it may become, with every alert of all regions taken in
 * by this one. Both logs take a burst for an hour while nothing is inspected.
 */
function grownBytes(demand: Demand): Readonly<Record<Grown, number>> {
  const { ageSeconds } = contractOf(demand);
  const { alertsPerSecond, clients, fleetClients } = demand;
  const burst = assumed.burst * assumed.ingressSeconds;
  const waiting = assumed.payloadBytes + measured.ingressOverheadBytes;
  const stored = assumed.payloadBytes + measured.alertOverheadBytes;
  const perSecondOf = (perDay: number) => (clients * perDay) / secondsPerDay;
  const held = alertsPerSecond * assumed.heldShare * stored;
  const findings = alertsPerSecond * assumed.findingsShare * assumed.findingBytes;
  return {
    INGRESS: alertsPerSecond * burst * waiting,
    REPORT_INGRESS: perSecondOf(assumed.reportsPerDay) * burst * waiting,
    MQTT_ALERTS: alertsPerSecond * ageSeconds("MQTT_ALERTS") * stored,
    REPORTS: perSecondOf(assumed.reportsPerDay) * ageSeconds("REPORTS") * stored,
    QUARANTINE: held * ageSeconds("QUARANTINE"),
    SECURITY_EVENTS: findings * ageSeconds("SECURITY_EVENTS"),
    INCIDENTS:
      (assumed.incidentsPerDay * ageSeconds("INCIDENTS") * assumed.incidentBytes) / secondsPerDay,
    AUDIT: auditRecordsPerSecond(demand) * ageSeconds("AUDIT") * measured.auditBytes,
    DEAD_LETTER: held * ageSeconds("DEAD_LETTER"),
    REGISTRY_CHANGES: fleetClients * assumed.changeBytes,
    // Of every device: when its region is gone it comes to another one.
    LAST_SEEN: fleetClients * assumed.lastSeenBytes,
  };
}

/** Logins, and what strangers add at most. */
export const auditRecordsPerSecond = (demand: Demand) =>
  (demand.clients * assumed.loginsPerDay) / secondsPerDay + refusalsPerSecond(demand);

/** What strangers add to AUDIT at most: known and unknown ids have a budget each in every replica. */
const refusalsPerSecond = (demand: Demand) =>
  (2 * auditedRefusalsPerMinute * planAuth(demand).replicas * autoscaledMost) / 60;

/**
 * What each stream may hold: a quarter more than it grows to by its age, so that in ordinary times
 * its age decides; whole GiB, and never less than some.
 */
export function planBounds(demand: Demand): StreamBounds {
  const bounds = Object.entries(grownBytes(demand)).map(([name, bytes]) => [
    name,
    Math.max(planned.leastBoundGiB, Math.ceil((bytes * planned.boundHeadroom) / gib)) * gib,
  ]);
  return { ...streamBounds, ...Object.fromEntries(bounds) };
}

/** Every stream of a server at its bound, those of MQTT and the mirrors of both other regions included. */
export function boundedBytes(bounds: StreamBounds): number {
  const own = Object.values(bounds).reduce((sum, bound) => sum + bound, 0);
  const mirrored = mirroredStreams.reduce((sum, name) => sum + bounds[name], 0);
  return own + mqttFileBytes + mirrored * peersOf("us-east").length;
}

/**
 * Three copies mean that each of the three servers holds one of everything, so each has room for
 * all bounds together: nats-server refuses to make a stream whose bound it could not keep. Or what
 * is there already, when that is more.
 *
 * @throws RangeError when no volume is large enough.
 */
export function coreVolume(
  demand: Demand,
  floorGiB = 0,
): { volumeGiB: number; storeLimitBytes: number } {
  const bytes = boundedBytes(planBounds(demand));
  const needed = Math.ceil(bytes / planned.boundsShare / gib / 10) * 10;
  const volumeGiB = Math.max(needed, floorGiB);
  if (volumeGiB > planned.volumeLimitGiB) {
    throw new RangeError(
      `${demand.clients} clients with ${demand.alertsPerSecond} alerts/s kept for ${demand.retentionHours} h need volumes of ${volumeGiB} GiB, ` +
        `and the largest has ${planned.volumeLimitGiB}; lower retentionHours or share`,
    );
  }
  return { volumeGiB, storeLimitBytes: Math.floor(volumeGiB * gib * planned.storeLimit) };
}

/**
 * The longest that a server may take until it has everything that its volume can hold, in seconds;
 * never less than a quarter of an hour. Whoever restarts it before that makes it begin anew.
 */
export const restoreSeconds = (volumeGiB: number): number =>
  Math.max(900, Math.ceil((volumeGiB * gib) / assumed.restoreBytesPerSecond));

/**
 * Memory of a core server for its indices: what INGRESS and MQTT_ALERTS remember against
 * repetitions, and the subjects of MQTT_ALERTS, its two mirrors, AUDIT, LAST_SEEN and the MQTT sessions.
 */
export function indexBytes(demand: Demand): number {
  const { windowSeconds } = contractOf(demand);
  const remembered =
    demand.alertsPerSecond * (windowSeconds("INGRESS") + windowSeconds("MQTT_ALERTS"));
  const subjects = demand.fleetClients * 6;
  return remembered * measured.messageIdBytes + subjects * measured.subjectBytes;
}
