import { auditedRefusalsPerMinute } from "../../app/contract/limits.ts";
import { streamDefinitions } from "../../app/contract/streams.ts";
import { assumed, measured, planned } from "./measurements.ts";
import type { Demand } from "./plan.ts";
import { autoscaledMost, planAuth } from "./services.ts";

const gib = 1024 ** 3;
const secondsPerDay = 86_400;

/** Bytes that each core server stores when every stream is as full as its age lets it become. */
export interface StoredBytes {
  readonly alerts: number;
  readonly ingress: number;
  readonly audit: number;
  readonly findings: number;
  readonly rest: number;
}

/** The contract's definitions, which say how long each stream keeps and remembers. */
function contractOf(demand: Demand, ingressMaxBytes: number) {
  const streams = streamDefinitions({
    replicas: 3,
    ingressMaxBytes,
    alertRetentionHours: demand.retentionHours,
  });
  const stream = (name: string) => {
    const found = streams.find((each) => each.name === name);
    if (!found) throw new Error(`the contract has no stream ${name}`);
    return found;
  };
  return {
    ageSeconds: (name: string) => stream(name).max_age / 1e9,
    windowSeconds: (name: string) => stream(name).duplicate_window / 1e9,
  };
}

/** INGRESS takes a burst for an hour, whole GiB. */
export function ingressMaxBytes(demand: Demand): number {
  const messages = demand.alertsPerSecond * assumed.burst * assumed.ingressSeconds;
  return Math.ceil((messages * (assumed.payloadBytes + measured.ingressOverheadBytes)) / gib) * gib;
}

/** What strangers add to AUDIT at most: known and unknown ids have a budget each in every replica. */
const refusalsPerSecond = (demand: Demand) =>
  (2 * auditedRefusalsPerMinute * planAuth(demand).replicas * autoscaledMost) / 60;

/**
 * Alerts are counted once: each is either in the region's own stream or in one of the two mirrors.
 * Three copies mean that each of the three servers holds one of everything.
 */
export function storedBytes(demand: Demand): StoredBytes {
  const ingress = ingressMaxBytes(demand);
  const { ageSeconds } = contractOf(demand, ingress);
  const alertBytes = assumed.payloadBytes + measured.alertOverheadBytes;
  const perSecondOf = (perDay: number) => (demand.clients * perDay) / secondsPerDay;
  const findings = demand.alertsPerSecond * assumed.findingsShare;
  const held = demand.alertsPerSecond * assumed.heldShare;
  return {
    alerts: demand.alertsPerSecond * ageSeconds("MQTT_ALERTS") * alertBytes,
    ingress,
    audit:
      (perSecondOf(assumed.loginsPerDay) + refusalsPerSecond(demand)) *
      ageSeconds("AUDIT") *
      measured.auditBytes,
    findings: findings * ageSeconds("SECURITY_EVENTS") * assumed.findingBytes,
    rest:
      perSecondOf(assumed.reportsPerDay) * ageSeconds("REPORTS") * alertBytes +
      held * (ageSeconds("QUARANTINE") + ageSeconds("DEAD_LETTER")) * alertBytes,
  };
}

/** @throws RangeError when no volume is large enough. */
export function coreVolume(demand: Demand): { volumeGiB: number; storeLimitBytes: number } {
  const bytes = Object.values(storedBytes(demand)).reduce((sum, part) => sum + part, 0);
  const volumeGiB = Math.ceil(bytes / planned.volumeUse / gib / 10) * 10;
  if (volumeGiB > planned.volumeLimitGiB) {
    throw new RangeError(
      `${demand.clients} clients with ${demand.alertsPerSecond} alerts/s kept for ${demand.retentionHours} h need volumes of ${volumeGiB} GiB, ` +
        `and the largest has ${planned.volumeLimitGiB}; lower retentionHours or share`,
    );
  }
  return { volumeGiB, storeLimitBytes: Math.floor(volumeGiB * gib * planned.storeLimit) };
}

/**
 * Memory of a core server for its indices: what INGRESS and MQTT_ALERTS remember against
 * repetitions, and the subjects of MQTT_ALERTS, its two mirrors, AUDIT and the MQTT sessions.
 */
export function indexBytes(demand: Demand): number {
  const { windowSeconds } = contractOf(demand, ingressMaxBytes(demand));
  const remembered =
    demand.alertsPerSecond * (windowSeconds("INGRESS") + windowSeconds("MQTT_ALERTS"));
  const subjects = demand.fleetClients * 5;
  return remembered * measured.messageIdBytes + subjects * measured.subjectBytes;
}
