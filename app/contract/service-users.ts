import {
  askAlertStream,
  askServers,
  audit,
  call,
  follow,
  inspect,
  read,
  readToEnd,
  sendAlerts,
  store,
} from "./calls.ts";
import { crossings } from "./crossings.ts";
import {
  askChanges,
  askDecisions,
  askLabels,
  decideHeld,
  decideIncidents,
  decisionsAsked,
  endSilentSessions,
  followChanges,
  followSessions,
  haveBarred,
  haveCutOff,
  liftBars,
  storeInspected,
  tellChanges,
} from "./duties.ts";
import { lanes } from "./lanes.ts";
import { readLane } from "./own-streams.ts";
import { inbox, type ServiceUser } from "./service-user.ts";
import { storeAccounts, stores } from "./stores.ts";
import { mqttStreamMakerUser, streamMakerUser } from "./stream-makers.ts";
import { incidentSubjects, subjects } from "./subjects.ts";

/** At an edge devices log in, too: this is none that one of them may have. */
export const reportGate = "report-gate@edge";

/** Every user that is not a device. Devices are admitted by the auth callout. */
export const serviceUsers: readonly ServiceUser[] = [
  ...storeAccounts.map((account) => streamMakerUser(account, stores[account])),
  {
    name: "bridge",
    account: "BRIDGE",
    calls: [...store("INTAKE", "ingress.upstream.*"), ...store("CORE", "deadletter.bridge.*")],
    publish: [subjects.bridgeStored],
    subscribe: [inbox("bridge"), subjects.bridgeStored],
  },
  {
    name: "inspector",
    account: "INTAKE",
    calls: [
      ...store("ALERTS", subjects.alerts("*")),
      sendAlerts,
      askAlertStream,
      ...storeInspected(lanes.alerts.origin),
      ...decideHeld(lanes.alerts.origin, "MQTT_ALERTS"),
      call("AUTH", subjects.registryStatus),
      call("AUTH", subjects.publisherKeys),
    ],
    publish: readLane(lanes.alerts),
    subscribe: [inbox("inspector"), ...decisionsAsked(lanes.alerts.origin)],
    responds: true,
  },
  {
    /** Nothing that it may do reaches a device or the alerts' lane. */
    name: "report-inspector",
    account: "REPORT_INTAKE",
    calls: [
      ...storeInspected(lanes.reports.origin),
      ...decideHeld(lanes.reports.origin, "REPORTS"),
    ],
    publish: readLane(lanes.reports),
    subscribe: [inbox("report-inspector"), ...decisionsAsked(lanes.reports.origin)],
    responds: true,
  },
  {
    name: "auth",
    account: "AUTH",
    calls: [
      ...audit("auth"),
      ...followChanges("CHANGES"),
      // Who is cut off, and what the other replicas decided about that.
      ...store("LIMITS", subjects.cutOff("*")),
      ...readToEnd("CUT_OFFS"),
      inspect("CUT_OFFS"),
      // What its sweep finds changed.
      ...tellChanges,
      ...store("CHANGES", subjects.registrySweep, subjects.logins("*")),
      // Whom it keeps out of all regions.
      ...store("CHANGES", subjects.bar("*"), subjects.observedBar("*")),
      // Who tries secrets.
      ...store("CORE", subjects.event("login", "*")),
    ],
    subscribe: [
      inbox("auth"),
      subjects.registryStatus,
      subjects.registryLabels,
      subjects.publisherKeys,
      subjects.registryChangesSince,
      subjects.registryChanged("*"),
      subjects.cutOffRequest,
      subjects.silentLines,
      subjects.barRequest,
      subjects.barList,
      subjects.barLift("*"),
      subjects.barTold("*"),
      subjects.observedBarTold("*"),
      subjects.cutOffTold("*"),
      subjects.loginsTold("*"),
      subjects.auditHeads("*"),
    ],
    responds: true,
  },
  {
    /** Counts what else devices do, as it crosses the border of their account. */
    name: "meter",
    account: "METER",
    calls: haveCutOff,
    subscribe: [inbox("meter"), crossings.sessionsToMeter.as, crossings.heldToMeter.as],
  },
  {
    /**
     * Sends devices what they missed, and what other regions took in. Stores no alert: what it sends
     * reaches the devices alone.
     */
    name: "delivery",
    account: "DELIVERY",
    calls: [
      call("DEVICES", subjects.alerts("*")),
      askAlertStream,
      ...readToEnd("MQTT_ALERTS"),
      read("LAST_SEEN"),
      ...followSessions,
      ...store("SEEN", subjects.lastSeen("*"), subjects.positions("*"), subjects.sent("*")),
    ],
    subscribe: [
      inbox("delivery"),
      subjects.resume("*"),
      crossings.sessionsToDelivery.as,
      crossings.endsToDelivery.as,
    ],
  },
  {
    /** One beside each edge: counts what its devices send, and stores it. */
    name: reportGate,
    account: "REPORT_GATE",
    at: "edge",
    calls: [
      ...haveCutOff,
      endSilentSessions,
      ...store("REPORT_INTAKE", subjects.ingress("device", "*")),
      call("DELIVERY", subjects.resume("*")),
    ],
    subscribe: [inbox(reportGate), crossings.reportsToGate.as, crossings.resumesToGate.as],
  },
  {
    name: "auth-callout",
    account: "CALLOUT",
    subscribe: [inbox("auth-callout"), "$SYS.REQ.USER.AUTH"],
    responds: true,
  },
  {
    /** Of auth: finds the sessions of a device on all servers, and closes them. */
    name: "session-closer",
    account: "CLOSER",
    calls: [askServers("CONNZ"), askServers("KICK")],
    subscribe: [inbox("session-closer")],
  },
  {
    /**
     * Makes incidents of findings. All that it may do to a device is to ask for a bar, of which auth
     * makes so many an hour; it writes no record of the audit.
     */
    name: "aggregator",
    account: "AGGREGATOR",
    calls: [
      ...follow("SECURITY_EVENTS"),
      ...store("CORE", ...incidentSubjects),
      ...readToEnd("INCIDENTS"),
      inspect("INCIDENTS"),
      // Exceptions may be for devices with a label.
      askLabels,
      haveBarred,
    ],
    subscribe: [inbox("aggregator"), subjects.incidentChange("*"), subjects.exceptionChange("*")],
    responds: true,
  },
  {
    name: "operator",
    account: "OPERATOR",
    calls: [
      ...storeAccounts.flatMap((account) => stores[account]).map((stream) => inspect(stream)),
      // What each server has of them: the leader tells of its own copy only.
      askServers("JSZ"),
      ...[...stores.ALERTS, ...stores.CORE, ...stores.AUDIT].flatMap(readToEnd),
      // Where an alert waits that is not inspected yet.
      ...readToEnd("INGRESS"),
      ...audit("registry"),
      ...tellChanges,
      ...askDecisions("operator"),
      ...decideIncidents("operator"),
      ...liftBars("operator"),
      askLabels,
    ],
    subscribe: [inbox("operator")],
  },
  {
    name: "console",
    account: "CONSOLE",
    calls: [
      ...audit("registry"),
      ...tellChanges,
      ...follow("QUARANTINE"),
      read("QUARANTINE_DECISIONS"),
      read("AUDIT"),
      ...askDecisions("console"),
      ...follow("INCIDENTS"),
      // What an exception would have hidden.
      ...follow("SECURITY_EVENTS"),
      ...decideIncidents("console"),
      ...liftBars("console"),
      askLabels,
      // Its index of devices keeps up by that.
      askChanges,
    ],
    subscribe: [inbox("console"), subjects.auditHeads("*"), subjects.incidentTold("*")],
  },
  {
    /** Copies AUDIT into a bucket: it reads that stream and causes nothing. */
    name: "archive",
    account: "ARCHIVE",
    calls: [inspect("AUDIT"), read("AUDIT")],
    subscribe: [inbox("archive")],
  },
  {
    /** One beside each core server: it looks at what servers show, and records which copy is made anew. */
    name: "mender",
    account: "MENDER",
    calls: audit("copies"),
    subscribe: [inbox("mender"), subjects.auditHeads("*")],
  },
  mqttStreamMakerUser,
];

/** Users who connect to an edge with a password, from beside it; devices are not among them. */
export const edgeUsers = (): readonly ServiceUser[] =>
  serviceUsers.filter((user) => user.at === "edge");
