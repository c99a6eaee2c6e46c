import type { Account } from "./accounts.ts";
import { audit, call, callMany, findAbroad, follow, readAbroad, store, take } from "./calls.ts";
import type { StreamName } from "./stream-bounds.ts";
import { type DecisionAsker, type Origin, subjects } from "./subjects.ts";

/** What inspection makes of a message, but for the alerts themselves. */
export const storeInspected = (origin: Origin) => [
  ...store(
    "CORE",
    ...["reports.*", subjects.quarantine(origin, "*"), "events.*.*", "deadletter.inspector.*"],
  ),
  // What an inspector before it has held.
  findAbroad("QUARANTINE"),
];
/** Decides about what its lane has held, as it is asked, and tells AUDIT: see `decideHeld`. */
export const decideHeld = (origin: Origin, delivered: StreamName) => [
  readAbroad("QUARANTINE"),
  readAbroad("QUARANTINE_DECISIONS"),
  // Whether a release that was interrupted has arrived.
  readAbroad(delivered),
  ...store("CORE", subjects.quarantineDecision(origin, "*")),
  ...audit("quarantine"),
];
export const decisionsAsked = (origin: Origin) => [
  subjects.decisionRequest(origin, "*"),
  subjects.auditHeads("*"),
];
/** Asks for decisions about held messages. */
export const askDecisions = (asker: DecisionAsker) => [
  call("INTAKE", subjects.decisionRequest("upstream", asker)),
  call("REPORT_INTAKE", subjects.decisionRequest("device", asker)),
];
/** Has auth cut off a device that does too much, and tells of it. */
export const haveCutOff = [
  call("AUTH", subjects.cutOffRequest),
  ...store("CORE", subjects.event("anomaly", "*")),
];
/** Has auth end sessions from whose devices nothing comes any more. */
export const endSilentSessions = call("AUTH", subjects.silentLines);
/** Reads what nats-server's MQTT layer keeps of sessions. */
export const followSessions = [
  callMany("DEVICES", "$JS.API.DIRECT.GET.$MQTT_sess"),
  call("DEVICES", "$JS.API.STREAM.INFO.$MQTT_sess"),
];
/** Asks the aggregator, which alone writes incidents and what hides findings. */
export const decideIncidents = (asker: DecisionAsker) => [
  call("AGGREGATOR", subjects.incidentChange(asker)),
  call("AGGREGATOR", subjects.exceptionChange(asker)),
];
/** Asks auth for the labels of devices. */
export const askLabels = call("AUTH", subjects.registryLabels);
/** Asks auth which devices changed, in all regions. */
export const askChanges = call("AUTH", subjects.registryChangesSince);
/** Has auth keep a device out of all regions. */
export const haveBarred = call("AUTH", subjects.barRequest);
/** Sees who is kept out, and has that end. */
export const liftBars = (asker: DecisionAsker) => [
  call("AUTH", subjects.barList),
  call("AUTH", subjects.barLift(asker)),
];
export const tellChanges = store("CHANGES", subjects.registryChange("*"));

/** The durable consumer through which one replica of auth takes each change. */
export const changeConsumer = "session-closer";
/** Of auth: follows who logged in and what changed, and takes what is to be done about it, once for all replicas. */
export const followChanges = (account: Account) => [
  ...follow("REGISTRY_CHANGES", account),
  ...follow("LOGINS", account),
  ...take(account, "REGISTRY_CHANGES", changeConsumer),
];
