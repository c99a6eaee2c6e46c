import type { Account } from "./accounts.ts";
import { changeAccount, peerAccount, peerDeliveries, sourceAccount } from "./peers.ts";
import type { RegionName } from "./regions.ts";
import { subjects } from "./subjects.ts";

/** Messages that come from one account into another without being asked for: a stream import. */
export interface Crossing {
  readonly from: Account;
  readonly to: Account;
  readonly subject: string;
  readonly as: string;
}

export const crossings = {
  /**
   * What MQTT_ALERTS republishes reaches devices, as long as a region that is being brought up to date
   * has one that still does: see ADR 62.
   */
  alertsToDevices: {
    from: "ALERTS",
    to: "DEVICES",
    subject: "deliver.*.alerts",
    as: "clients.*.alerts",
  },
  /**
   * What devices send reaches the gate beside their edge, and nothing else: the edges tell no other
   * server that somebody wants it.
   */
  reportsToGate: {
    from: "DEVICES",
    to: "REPORT_GATE",
    subject: "clients.*.reports",
    as: "reports.*",
  },
  /** The same of what a device asks for that lacks alerts: it counts as a report does. */
  resumesToGate: {
    from: "DEVICES",
    to: "REPORT_GATE",
    subject: "clients.*.resume",
    as: "resumes.*",
  },
  /**
   * What nats-server's MQTT layer writes of a session whenever a device connects, subscribes or
   * unsubscribes, with the device's id in it: the meter counts it.
   */
  sessionsToMeter: {
    from: "DEVICES",
    to: "METER",
    subject: "$MQTT.sess.*.*",
    as: "sessions.*.*",
  },
  /** The same: a record with its subscription says that a device can be sent what it missed. */
  sessionsToDelivery: {
    from: "DEVICES",
    to: "DELIVERY",
    subject: "$MQTT.sess.*.*",
    as: "sessions.*.*",
  },
  /** What servers tell of a session's end. */
  endsToDelivery: {
    from: "SYS",
    to: "DELIVERY",
    subject: "$SYS.ACCOUNT.DEVICES.DISCONNECT",
    as: "ended.sessions",
  },
  /** What a device has sent at QoS 2 and not released: nothing of it is a report yet. */
  heldToMeter: {
    from: "DEVICES",
    to: "METER",
    subject: "$MQTT.qos2.in.*.*",
    as: "held.*.*",
  },
  /** What CUT_OFFS republishes reaches every replica of auth at once. */
  cutOffsToAuth: {
    from: "LIMITS",
    to: "AUTH",
    subject: subjects.cutOffTold("*"),
    as: subjects.cutOffTold("*"),
  },
  /** What REGISTRY_CHANGES republishes reaches auth at once. */
  changesToAuth: {
    from: "CHANGES",
    to: "AUTH",
    subject: subjects.registryChanged("*"),
    as: subjects.registryChanged("*"),
  },
  /** The bars among it, and those that are only observed. */
  barsToAuth: {
    from: "CHANGES",
    to: "AUTH",
    subject: subjects.barTold("*"),
    as: subjects.barTold("*"),
  },
  observedBarsToAuth: {
    from: "CHANGES",
    to: "AUTH",
    subject: subjects.observedBarTold("*"),
    as: subjects.observedBarTold("*"),
  },
  /** What LOGINS republishes reaches every replica of auth at once. */
  loginsToAuth: {
    from: "CHANGES",
    to: "AUTH",
    subject: subjects.loginsTold("*"),
    as: subjects.loginsTold("*"),
  },
  /** What INCIDENTS republishes reaches every replica of the console at once. */
  incidentsToConsole: {
    from: "CORE",
    to: "CONSOLE",
    subject: subjects.incidentTold("*"),
    as: subjects.incidentTold("*"),
  },
  /** Writers of AUDIT keep the heads of each other's chains. */
  headsToAuth: {
    from: "AUDIT",
    to: "AUTH",
    subject: subjects.auditHeads("*"),
    as: subjects.auditHeads("*"),
  },
  headsToInspector: {
    from: "AUDIT",
    to: "INTAKE",
    subject: subjects.auditHeads("*"),
    as: subjects.auditHeads("*"),
  },
  headsToReportInspector: {
    from: "AUDIT",
    to: "REPORT_INTAKE",
    subject: subjects.auditHeads("*"),
    as: subjects.auditHeads("*"),
  },
  headsToConsole: {
    from: "AUDIT",
    to: "CONSOLE",
    subject: subjects.auditHeads("*"),
    as: subjects.auditHeads("*"),
  },
  headsToMender: {
    from: "AUDIT",
    to: "MENDER",
    subject: subjects.auditHeads("*"),
    as: subjects.auditHeads("*"),
  },
} as const satisfies Record<string, Crossing>;

/** What is delivered to a region that mirrors our streams. */
const toPeer = (peer: RegionName) =>
  peerDeliveries(peer).map(
    ({ from, subject }): Crossing => ({ from, to: peerAccount(peer), subject, as: subject }),
  );

/**
 * With peers, what each mirror republishes reaches auth in the same way; and devices, as long as a
 * mirror of before republishes alerts.
 */
export const crossingsOf = (peers: readonly RegionName[]): readonly Crossing[] => [
  ...Object.values(crossings),
  ...peers.flatMap((peer) => [
    { ...crossings.alertsToDevices, from: sourceAccount(peer) },
    { ...crossings.changesToAuth, from: sourceAccount(peer), to: changeAccount(peer) },
    { ...crossings.barsToAuth, from: sourceAccount(peer), to: changeAccount(peer) },
    { ...crossings.loginsToAuth, from: sourceAccount(peer), to: changeAccount(peer) },
    ...toPeer(peer),
  ]),
];
