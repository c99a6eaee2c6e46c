import type { Account } from "./accounts.ts";
import {
  askAlertStream,
  askServers,
  audit,
  call,
  callMany,
  follow,
  inspect,
  read,
  readAbroad,
  readToEnd,
  store,
  take,
} from "./calls.ts";
import { crossings } from "./crossings.ts";
import { lanes } from "./lanes.ts";
import { mqttStreamNames } from "./mqtt-streams.ts";
import { jetStreamInfo, readLane } from "./own-streams.ts";
import {
  changeAccount,
  changeReader,
  durablyMirrored,
  mirrorConsumer,
  mirroredStreams,
  readMirror,
  type SourceAccount,
  sourceAccount,
} from "./peers.ts";
import { type RegionName, regionNames } from "./regions.ts";
import { inbox, type ServiceUser } from "./service-user.ts";
import { type StoreAccount, storeAccounts, stores } from "./stores.ts";
import type { StreamName } from "./stream-bounds.ts";
import { type DecisionAsker, type Origin, subjects } from "./subjects.ts";

/** What inspection makes of a message, but for the alerts themselves. */
const storeInspected = (origin: Origin) =>
  store(
    "CORE",
    ...["reports.*", subjects.quarantine(origin, "*"), "events.*.*", "deadletter.inspector.*"],
  );
/** Decides about what its lane has held, as it is asked, and tells AUDIT: see `decideHeld`. */
const decideHeld = (origin: Origin, delivered: StreamName) => [
  readAbroad("QUARANTINE"),
  readAbroad("QUARANTINE_DECISIONS"),
  // Whether a release that was interrupted has arrived.
  readAbroad(delivered),
  ...store("CORE", subjects.quarantineDecision(origin, "*")),
  ...audit("quarantine"),
];
const decisionsAsked = (origin: Origin) => [
  subjects.decisionRequest(origin, "*"),
  subjects.auditHeads("*"),
];
/** Asks for decisions about held messages. */
const askDecisions = (asker: DecisionAsker) => [
  call("INTAKE", subjects.decisionRequest("upstream", asker)),
  call("REPORT_INTAKE", subjects.decisionRequest("device", asker)),
];
/** Has auth cut off a device that does too much, and tells of it. */
const haveCutOff = [
  call("AUTH", subjects.cutOffRequest),
  ...store("CORE", subjects.event("anomaly", "*")),
];
/** Reads what nats-server's MQTT layer keeps of sessions. */
const followSessions = [
  callMany("DEVICES", "$JS.API.DIRECT.GET.$MQTT_sess"),
  call("DEVICES", "$JS.API.STREAM.INFO.$MQTT_sess"),
];
/** What the aggregator writes; all of it together. */
const incidentSubjects = [
  subjects.incident("*"),
  subjects.incidentMembers("*", "*"),
  subjects.incidentNotice("*", "*"),
  subjects.incidentSent("*"),
  subjects.incidentCursor,
];
/** Asks the aggregator, which alone writes incidents. */
const decideIncident = (asker: DecisionAsker) => call("AGGREGATOR", subjects.incidentChange(asker));
const tellChanges = store("CHANGES", subjects.registryChange("*"));

/** The durable consumer through which one replica of auth takes each change. */
export const changeConsumer = "session-closer";
/** Of auth: follows who logged in and what changed, and takes what is to be done about it, once for all replicas. */
const followChanges = (account: Account) => [
  ...follow("REGISTRY_CHANGES", account),
  ...follow("LOGINS", account),
  ...take(account, "REGISTRY_CHANGES", changeConsumer),
];

/** User who makes the streams of an account. */
export const streamMaker = (account: StoreAccount | SourceAccount) =>
  `provision-${account.toLowerCase().replaceAll("_", "-")}`;

/** User who makes the streams of nats-server's MQTT layer. */
export const mqttStreamMaker = "provision-devices";

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
      // What a leader of MQTT_ALERTS stored, and died before it sent it.
      call("ALERTS", subjects.delivery("*")),
      askAlertStream,
      ...storeInspected(lanes.alerts.origin),
      ...decideHeld(lanes.alerts.origin, "MQTT_ALERTS"),
      call("AUTH", subjects.registryStatus),
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
    ],
    subscribe: [
      inbox("auth"),
      subjects.registryStatus,
      subjects.registryChanged("*"),
      subjects.cutOffRequest,
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
    /** Sends devices what they missed. Stores no alert: what it sends reaches the devices alone. */
    name: "delivery",
    account: "DELIVERY",
    calls: [
      call("DEVICES", subjects.alerts("*")),
      askAlertStream,
      ...readToEnd("MQTT_ALERTS"),
      read("LAST_SEEN"),
      ...followSessions,
      ...store("SEEN", subjects.lastSeen("*"), subjects.positions("*")),
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
    /** Makes incidents of findings. Nothing that it may do reaches a device or a record of the audit. */
    name: "aggregator",
    account: "AGGREGATOR",
    calls: [
      ...follow("SECURITY_EVENTS"),
      ...store("CORE", ...incidentSubjects),
      ...readToEnd("INCIDENTS"),
      inspect("INCIDENTS"),
    ],
    subscribe: [inbox("aggregator"), subjects.incidentChange("*")],
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
      decideIncident("operator"),
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
      decideIncident("console"),
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
  {
    /** Of provision: makes the streams of nats-server's MQTT layer, before that makes them itself. */
    name: mqttStreamMaker,
    account: "DEVICES",
    publish: [
      jetStreamInfo,
      ...mqttStreamNames.flatMap((name) =>
        ["INFO", "CREATE", "UPDATE", "DELETE"].map((call) => `$JS.API.STREAM.${call}.${name}`),
      ),
    ],
    subscribe: [inbox(mqttStreamMaker)],
  },
];

/** Every user with a password of a region with these peers. */
export const serviceUsersOf = (peers: readonly RegionName[]): readonly ServiceUser[] => [
  ...serviceUsers.map((user) => (user.name === "delivery" ? withMirrors(user, peers) : user)),
  ...peers.flatMap((peer) => [
    streamMakerUser(sourceAccount(peer), mirroredStreams),
    changeReaderUser(peer),
  ]),
];

/** What other regions took in is stored in the copies of their alerts. */
const withMirrors = (user: ServiceUser, peers: readonly RegionName[]): ServiceUser => ({
  ...user,
  calls: [...(user.calls ?? []), ...peers.flatMap(readMirror)],
});

function streamMakerUser(
  account: StoreAccount | SourceAccount,
  streams: readonly string[],
): ServiceUser {
  const name = streamMaker(account);
  const operations = ["INFO", "CREATE", "UPDATE"];
  return {
    name,
    account,
    publish: [
      jetStreamInfo,
      ...operations.map((each) => `$JS.API.STREAM.${each}.*`),
      ...(streams.some((stream) => stream === "REGISTRY_CHANGES")
        ? [`$JS.API.CONSUMER.CREATE.REGISTRY_CHANGES.${changeConsumer}.>`]
        : []),
      // Mirrors of other regions are fed out of our own stream.
      ...(account === "CHANGES" ? regionNames : []).flatMap((region) =>
        durablyMirrored.map(
          (stream) => `$JS.API.CONSUMER.CREATE.${stream}.${mirrorConsumer(region)}`,
        ),
      ),
    ],
    subscribe: [inbox(name)],
  };
}

/** Reads what a peer changed in the device registry, and who logged in there. */
function changeReaderUser(peer: RegionName): ServiceUser {
  const name = changeReader(peer);
  return {
    name,
    account: changeAccount(peer),
    calls: followChanges(sourceAccount(peer)),
    subscribe: [inbox(name), subjects.registryChanged("*"), subjects.loginsTold("*")],
  };
}

/** Users who connect to the core with a password. */
export const coreUsers = (peers: readonly RegionName[]): readonly ServiceUser[] =>
  serviceUsersOf(peers).filter((user) => user.at !== "edge");

/** Users who connect to an edge with a password, from beside it; devices are not among them. */
export const edgeUsers = (): readonly ServiceUser[] =>
  serviceUsers.filter((user) => user.at === "edge");
